import { describe, expect, it } from 'vitest';
import { parseLog } from './read-log.ts';
import { exampleLog, logText, logWith } from './test-log.ts';

describe('a plant log', () => {
  it('is read to the last row', () => {
    expect(exampleLog.rows).toHaveLength(1663);
    expect(exampleLog.unreadable).toEqual([]);
    expect(exampleLog.rows[0]).toMatchObject({ line: 2, work_order: 'WO-1', seq: '1', qty_completed: '1' });
    expect(exampleLog.rows.at(-1)!.line).toBe(1664);
  });

  it('may begin with a byte order mark, end lines as Windows does, and hold empty lines', () => {
    const text = `\uFEFF${logText({}, { seq: '2' }).replaceAll('\n', '\r\n')}\r\n\r\n`;
    expect(parseLog(text).rows.map(({ seq, line }) => [seq, line])).toEqual([
      ['1', 2],
      ['2', 3],
    ]);
  });

  it('may quote its fields', () => {
    expect(logWith({ operation: '"Turning, fine"' }).rows[0]!.operation).toBe('Turning, fine');
  });

  it.each([
    ['a quantity below zero', { qty_completed: '-1' }, 'qty_completed is not a quantity of zero or more'],
    ['a quantity that is no number', { qty_for_mrb: 'two' }, 'qty_for_mrb is not a quantity of zero or more'],
    ['an order for nothing', { order_qty: '0' }, 'order_qty is not above zero'],
    ['a day that no calendar has', { ended_at: '2012-02-30T06:00:00' }, 'ended_at is not a time such as'],
    ['a time with a zone', { started_at: '2012-02-03T06:00:00Z' }, 'started_at is not a time such as'],
    ['an unknown kind of report', { report_type: 'LUNCH' }, 'report_type is none of SETUP, PRODUCTION, BREAK'],
    ['an operation without a name', { operation: '' }, 'operation is empty'],
    ['a field too many', { rework: 'N,N' }, 'it has 14 fields, the first line 13'],
    ['an open quotation mark', { part: '"Plug' }, 'its quotation marks do not close'],
  ])('names a row with %s, and reads on', (_what, fields, reason) => {
    const log = logWith({}, { seq: '2', ...fields }, { seq: '3' });
    expect(log.rows.map(({ seq }) => seq)).toEqual(['1', '3']);
    expect(log.unreadable).toHaveLength(1);
    expect(log.unreadable[0]!.line).toBe(3);
    expect(log.unreadable[0]!.reason).toContain(reason);
  });

  it('names a row whose order and number another row has', () => {
    expect(logWith({}, {}).unreadable[0]).toMatchObject({ line: 3, reason: 'line 2 has the same work_order and seq' });
  });

  it('names a row that says something else of its order than the first row', () => {
    expect(logWith({}, { seq: '2', part: 'Drum' }).unreadable[0]!.reason).toBe('line 2 gives the order as 10 × Plug');
  });

  it('is refused as a whole when it lacks a column', () => {
    expect(() => parseLog('work_order,part\nWO-1,Plug')).toThrow(
      'This is not a plant log: its first line lacks order_qty',
    );
    expect(() => parseLog('')).toThrow('This is not a plant log');
  });
});
