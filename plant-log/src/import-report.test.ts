import { expect, it } from 'vitest';
import type { ImportOutcome } from './import-log.ts';
import { countRows, describeImport, isComplete } from './import-report.ts';

const row = { workOrder: 'WO-1', operation: 'Turning' };
const outcome: ImportOutcome = {
  rowsRead: 4,
  stations: 1,
  routings: 1,
  orders: [{ number: 'WO-1', kind: 'new', status: 'IN_PROGRESS' }],
  rows: [
    { ...row, line: 2, key: 'WO-1/1', kind: 'new' },
    { ...row, line: 3, key: 'WO-1/2', kind: 'known' },
    {
      ...row,
      line: 4,
      key: 'WO-1/3',
      kind: 'refused',
      code: 'OVER_LIMIT',
      message: 'Too many.',
      kept: 'the SETUP time',
    },
    { ...row, line: 5, key: 'line 5', kind: 'refused', code: 'UNREADABLE_ROW', message: 'seq is not a whole number' },
  ],
};

it('accounts for every row', () => {
  expect(countRows(outcome)).toMatchObject({ read: 4, accepted: 2, new: 1, known: 1, refused: 2, unsent: 0 });
  expect(isComplete(outcome)).toBe(true);
  expect(describeImport(outcome)).toContain('accepted 2 + refused 2 = 4 of 4 rows');
});

it('lists each refused row with line, order, operation, code and reason, and says what was kept', () => {
  const text = describeImport(outcome);
  expect(text).toMatch(/4 +WO-1 +Turning +OVER_LIMIT +Too many\. Kept: the SETUP time\./);
  expect(text).toMatch(/5 +WO-1 +Turning +UNREADABLE_ROW +seq is not a whole number/);
});

it('is not complete while a row has not been sent', () => {
  const unsent = {
    ...row,
    line: 6,
    key: 'WO-1/4',
    kind: 'unsent',
    code: 'UNREACHABLE',
    message: 'fetch failed',
  } as const;
  const cut = { ...outcome, rowsRead: 5, rows: [...outcome.rows, unsent] };
  expect(isComplete(cut)).toBe(false);
  expect(describeImport(cut)).toContain('accepted 2 + refused 2 + not sent 1 = 5 of 5 rows');
});

it('is not complete when a row got lost', () => {
  expect(isComplete({ ...outcome, rowsRead: 5 })).toBe(false);
});
