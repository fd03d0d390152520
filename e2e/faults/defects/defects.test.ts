import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { scenarios } from '../scenarios.ts';
import { changedSources, writeOverlay } from './apply.ts';
import { changed } from './defect.ts';
import { defects } from './defects.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** As the newest migration has it. */
function functionOf(name: string): string {
  const [namespace, own] = name.split('.');
  const migrations = path.join(root, 'subgraphs', namespace!, 'prisma/migrations');
  const texts = readdirSync(migrations, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((migration) => readFileSync(path.join(migrations, migration, 'migration.sql'), 'utf8'));
  const head = new RegExp(`^CREATE (OR REPLACE )?FUNCTION "${namespace}"."${own}"`, 'm');
  const newest = texts.filter((text) => head.test(text)).at(-1)!;
  const start = newest.search(head);
  return newest.slice(start, newest.indexOf('$$;', start));
}

describe('Seeded defects', () => {
  it.each(defects)('$name still applies to what the product is today', (defect) => {
    for (const [file, text] of Object.entries(changedSources(defect))) {
      const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true, fileName: file });
      expect(diagnostics).toEqual([]);
    }
    for (const [name, changes] of Object.entries(defect.functions ?? {})) {
      expect(changed(functionOf(name), changes, name)).not.toBe(functionOf(name));
    }
    expect({ ...defect.sources, ...defect.functions }).not.toEqual({});
    expect(scenarios.map(({ name }) => name)).toContain(defect.scenario);
  });

  it('refuses a change whose text is gone, or is there twice', () => {
    expect(() => changed('one two', [{ from: 'three', to: 'four' }], 'a.ts')).toThrow('a.ts has 0 times');
    expect(() => changed('one one', [{ from: 'one', to: 'two' }], 'a.ts')).toThrow('a.ts has 2 times');
    expect(changed('one two', [{ from: 'one', to: '$&' }], 'a.ts')).toBe('$& two');
  });

  it('reach a process that loads the changed source, and only that process', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'enghub-overlay-'));
    try {
      const preload = writeOverlay(
        defects.find(({ name }) => name === 'no-inbox')!,
        folder,
      );
      const claimIn = (files: readonly string[]) => {
        const script = `const { claim } = await import(${JSON.stringify(path.join(root, 'packages/messaging/src/inbox.ts'))});
          process.stdout.write(String(claim));`;
        const words = [...files, 'tsx'].flatMap((file) => ['--import', file]);
        return execFileSync(process.execPath, [...words, '--input-type=module', '-e', script], {
          cwd: root,
          encoding: 'utf8',
        });
      };
      expect(claimIn(preload)).toContain('claimed<=1');
      expect(claimIn([])).toContain('claimed===1');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
