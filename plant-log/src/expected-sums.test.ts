import { expect, it } from 'vitest';
import { expectedSums } from './expected-sums.ts';
import { rowKey } from './read-log.ts';
import { exampleLog, logWith } from './test-log.ts';

const { rows } = logWith(
  { seq: '1', operation: 'Turning', qty_completed: '4', ended_at: '2012-01-02T10:00:00' },
  { seq: '2', operation: 'Packing', qty_completed: '3', ended_at: '2012-01-02T12:00:00' },
  { seq: '3', operation: 'Turning', qty_completed: '2', rework: 'Y', ended_at: '2012-01-02T13:00:00' },
  { seq: '4', operation: 'Packing', qty_completed: '0', qty_for_mrb: '1', ended_at: '2012-01-02T14:00:00' },
);

it('counts good pieces of the last operation, scrap and rework of all', () => {
  const sums = expectedSums(rows, new Set(rows.map(rowKey))).get('WO-1')!;
  expect(sums.total).toEqual({ good: 3, scrap: 1, rework: 2 });
  expect(sums.operations.get('Turning')).toEqual({ good: 4, scrap: 0, rework: 2 });
});

it('leaves out what was refused, but not the operation where it happened', () => {
  const sums = expectedSums(rows, new Set(['WO-1/1'])).get('WO-1')!;
  expect(sums.total).toEqual({ good: 0, scrap: 0, rework: 0 });
  expect([...sums.operations.keys()]).toEqual(['Turning', 'Packing']);
});

it('knows the pieces of the example when every row counts', () => {
  const sums = [...expectedSums(exampleLog.rows, new Set(exampleLog.rows.map(rowKey))).values()];
  const column = (name: 'qty_completed' | 'qty_for_mrb') =>
    exampleLog.rows.reduce((sum, row) => sum + Number(row[name]), 0);
  const all = sums.flatMap(({ operations }) => [...operations.values()]);
  expect(sums).toHaveLength(150);
  expect(all.reduce((sum, { good, rework }) => sum + good + rework, 0)).toBe(column('qty_completed'));
  expect(all.reduce((sum, { scrap }) => sum + scrap, 0)).toBe(column('qty_for_mrb'));
});
