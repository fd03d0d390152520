import { describe, expect, it } from 'vitest';
import { boardOf, lineBoardOf, shiftBefore, type LineSums } from './rules.ts';

const of = { stationId: 'st-1', shiftDate: '2026-03-10', shift: 'day' };
const asOf = new Date('2026-03-10T04:00:00Z');
const line: LineSums = {
  stationId: 'st-1',
  workOrderId: 'wo-2',
  operationId: 'op-2',
  goodQuantity: '0.1',
  scrapQuantity: '1',
  reworkQuantity: '0',
  reportCount: 2,
  lastReportedAt: new Date('2026-03-10T03:00:00Z'),
  lastOperatorId: 'ID4932',
};

describe('a board', () => {
  it('adds up its lines exactly and shows who reported last', () => {
    const earlier = { ...line, workOrderId: 'wo-1', goodQuantity: '0.2', reportCount: 1, lastOperatorId: 'ID4167' };
    expect(boardOf(of, null, [line, earlier], asOf)).toMatchObject({
      goodQuantity: '0.3',
      scrapQuantity: '2',
      reportCount: 3,
      currentWorkOrderId: 'wo-2',
      currentOperatorId: 'ID4932',
      lastReportedAt: line.lastReportedAt,
      asOf,
    });
  });

  it('shows zeros before the first report', () => {
    const runs = { startsAt: new Date('2026-03-10T00:00:00Z'), endsAt: new Date('2026-03-10T12:00:00Z') };
    expect(boardOf(of, runs, [], asOf)).toEqual({
      ...of,
      ...runs,
      goodQuantity: '0',
      scrapQuantity: '0',
      reworkQuantity: '0',
      reportCount: 0,
      lines: [],
      currentWorkOrderId: null,
      currentOperatorId: null,
      lastReportedAt: null,
      asOf,
    });
  });
});

describe('the board of a line', () => {
  it('counts a piece once, where it leaves the line, but scrap wherever it fell', () => {
    const before = { ...line, stationId: 'st-0', operationId: 'op-1', goodQuantity: '7', scrapQuantity: '0.5' };
    const board = lineBoardOf({ ...of, lineId: 'l-1' }, null, [line, before], (id) => id === 'op-2', asOf);
    expect(board).toMatchObject({ lineId: 'l-1', goodQuantity: '0.1', scrapQuantity: '1.5', reportCount: 4 });
  });
});

describe('the shift before', () => {
  it('is the latest that starts earlier, however long the plant rested', () => {
    const at = (day: string) => ({ startsAt: new Date(`2026-03-${day}T00:00:00Z`) });
    expect(shiftBefore(at('10').startsAt, [at('10'), at('06'), at('07'), at('11')])).toEqual(at('07'));
    expect(shiftBefore(at('06').startsAt, [at('06'), at('07')])).toBeNull();
  });
});
