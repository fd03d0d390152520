/** Logs for tests: the example of the repository, and small ones made of single fields. */
import { readFileSync } from 'node:fs';
import { logColumns, parseLog, type Log, type LogRow } from './read-log.ts';

export const exampleFile = new URL('../../examples/production-log-2012.csv', import.meta.url);
export const exampleLog = parseLog(readFileSync(exampleFile, 'utf8'));

const row: Omit<LogRow, 'line'> = {
  work_order: 'WO-1',
  part: 'Plug',
  order_qty: '10',
  seq: '1',
  operation: 'Turning',
  machine: 'Machine 1',
  worker: 'ID0001',
  report_type: 'PRODUCTION',
  started_at: '2012-01-02T08:00:00',
  ended_at: '2012-01-02T09:00:00',
  qty_completed: '1',
  qty_for_mrb: '0',
  rework: 'N',
};

export const logText = (...rows: readonly Readonly<Partial<Record<keyof LogRow, string>>>[]): string =>
  [logColumns.join(','), ...rows.map((fields) => Object.values({ ...row, ...fields }).join(','))].join('\n');

export const logWith = (...rows: readonly Readonly<Partial<Record<keyof LogRow, string>>>[]): Log =>
  parseLog(logText(...rows));
