import { expect, it } from 'vitest';
import { statementNames } from './statement-names.ts';

it('names a statement when it comes again, and always alike', () => {
  const nameOf = statementNames({ after: 3 });
  const ask = (sql: string) => nameOf({ sql });
  expect([ask('SELECT 1'), ask('SELECT 1'), ask('SELECT 1'), ask('SELECT 1')]).toEqual(['', '', 'kept_1', 'kept_1']);
  expect([ask('SELECT 2'), ask('SELECT 2'), ask('SELECT 2')]).toEqual(['', '', 'kept_2']);
});

it('keeps no more than it may, however many different statements come', () => {
  const nameOf = statementNames({ kept: 2, after: 1 });
  const names = Array.from({ length: 50 }, (_, at) => nameOf({ sql: `SELECT ${at}` }));
  expect(new Set(names)).toEqual(new Set(['kept_1', 'kept_2', '']));
});
