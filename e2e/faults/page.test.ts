import { describe, expect, it } from 'vitest';
import { merged, minutesOf, missingOf, required } from './long.ts';
import { emptyCounts } from './counts.ts';
import { currentPage, freshPage, withSection } from './page.ts';
import type { RunRecord } from './records.ts';
import { scenarios } from './scenarios.ts';

const record = (name: string, more: Partial<RunRecord> = {}): RunRecord => ({
  name,
  title: 'everything',
  form: 'distributed',
  seconds: 60,
  acknowledged: 100,
  attempts: 120,
  unknown: 0,
  recovered: 0,
  refused: 0,
  resent: 0,
  evidence: {},
  targets: {},
  missing: [],
  failed: 0,
  gapMs: 0,
  quietAfterMs: 0,
  converged: true,
  left: '',
  counts: emptyCounts(),
  result: 'valid',
  ...more,
});

describe('The page on reliability', () => {
  it('shows the results that the repository holds', () => {
    expect(currentPage()).toBe(freshPage());
  });

  it('refuses a page that has no place for a table', () => {
    expect(() => withSection('# Reliability', 'runs', 'a table')).toThrow('no place for runs');
  });

  it('explains every scenario', () => {
    for (const { name } of scenarios) expect(currentPage()).toMatch(new RegExp(`runs?.*\\b${name}\\b`));
  });
});

describe('The long mode', () => {
  it('has a time for each scenario, and for nothing else', () => {
    expect(Object.keys(minutesOf)).toEqual(scenarios.map(({ name }) => name));
  });

  it('is enough with what it is required to have, and not with one less', () => {
    const { acknowledged, ...evidence } = required;
    const enough = [record('F1a', { acknowledged, evidence }), record('F2', { acknowledged: 0 })];
    expect(missingOf(enough)).toEqual([]);
    expect(missingOf([record('F1a', { acknowledged, evidence: { ...evidence, promotion: 2 } })])).toEqual([
      'promotion 2 of 3',
    ]);
  });

  it('keeps what was not run again, in the order of the scenarios', () => {
    const known = [record('F1a'), record('F4', { acknowledged: 1 })];
    const fresh = [record('F4', { acknowledged: 2 }), record('F2')];
    expect(merged(known, fresh).map(({ name, acknowledged }) => [name, acknowledged])).toEqual([
      ['F1a', 100],
      ['F2', 100],
      ['F4', 2],
    ]);
  });
});
