import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './subgraphs.ts';

const sources = [
  'all-in-one/src/config.ts',
  'gateway/src/config.ts',
  'subgraphs/luaguage-bridge/src/config.ts',
  'subgraphs/luaguage-bridge/src/documents/settings.ts',
  'gateway/src/settings.ts',
  'luaguage-simulator/src/main.ts',
];
const example = readFileSync(path.join(root, '.env.example'), 'utf8');

describe('.env.example', () => {
  it.each(sources)('names every variable that %s reads', (source) => {
    const text = readFileSync(path.join(root, source), 'utf8');
    const read = [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)]
      .map(([, name]) => name)
      .filter((it) => it !== 'NODE_ENV');
    expect(read).not.toEqual([]);
    expect(read.filter((name) => !new RegExp(`^# ${name}=`, 'm').test(example))).toEqual([]);
  });

  it.each([
    'AUDIT_ANCHOR_FILE',
    'DATABASE_ROLE_SECRET',
    'ENGHUB_EVENTS_OUTBOX_DAYS',
    'ENGHUB_EVENTS_ARCHIVE_DAYS',
    'ENGHUB_REQUEST_DAYS',
  ])('names %s, which packages read by themselves', (name) => {
    expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'));
  });

  it('decides nothing by itself', () => {
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});
