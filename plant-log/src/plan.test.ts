import { describe, expect, it } from 'vitest';
import { planLog } from './plan.ts';
import { exampleLog, logWith } from './test-log.ts';

const plan = planLog(exampleLog.rows);
const steps = new Map(plan.orders.flatMap((order) => order.rows.map((step) => [step.key, step])));
const routing = (code: string) => plan.routings.find((each) => each.code === code)!;

describe('the plant of the log', () => {
  it('has a station for each of its 20 machines, named as in the log', () => {
    expect(plan.stations).toHaveLength(20);
    expect(plan.stations).toContainEqual({
      code: 'machine-4-turning-milling',
      name: 'Machine 4 - Turning & Milling',
    });
    expect(plan.stations).toContainEqual({ code: 'machine-7-laser-marking', name: 'Machine 7- Laser Marking' });
    expect(new Set(plan.stations.map(({ code }) => code)).size).toBe(20);
  });

  it('inspects each quality check, and other work every 50 pieces', () => {
    expect(plan.inspectionPlans).toEqual([
      { operationName: 'Final Inspection Q.C.', trigger: 'EVERY_REPORT' },
      { operationName: 'Round Grinding - Q.C.', trigger: 'EVERY_REPORT' },
      { operationName: 'Turning & Milling Q.C.', trigger: 'EVERY_REPORT' },
      { operationName: 'Turning Q.C.', trigger: 'EVERY_REPORT' },
      { operationName: null, trigger: 'EVERY_N_PIECES', everyPieces: '50' },
    ]);
  });
});

describe('routings', () => {
  it('makes one of each way that a part takes, numbered as the log first shows them', () => {
    expect(plan.routings).toHaveLength(113);
    expect(new Set(plan.routings.map(({ code }) => code)).size).toBe(113);
    const cableHeads = plan.routings.filter(({ productId }) => productId === 'PROD-CABLE-HEAD');
    expect(cableHeads.map(({ code }) => code)).toEqual(cableHeads.map((_, index) => `cable-head-${index + 1}`));
  });

  it('follows the operations as they first appear in the order, in steps of ten', () => {
    const order = plan.orders.find(({ number }) => number === 'WO-3')!;
    expect(routing(order.routingCode).operations.map(({ sequence, name }) => [sequence, name])).toEqual([
      [10, 'Turning & Milling'],
      [20, 'Turning & Milling Q.C.'],
      [30, 'Laser Marking'],
      [40, 'Lapping'],
      [50, 'Round Grinding'],
      [60, 'Final Inspection Q.C.'],
      [70, 'Packing'],
    ]);
  });

  it('gives orders of one part and one way the same routing', () => {
    const codes = ['WO-1', 'WO-31', 'WO-257'].map((number) => plan.orders.find((it) => it.number === number));
    expect(new Set(codes.map((order) => order!.routingCode)).size).toBe(1);
  });

  it('plans an operation at the machine that did it most often', () => {
    const grinding = plan.routings.flatMap(({ operations }) => operations).find((it) => it.name === 'Round Grinding')!;
    expect(grinding.stationCode).toBe('machine-3-round-grinding');
  });

  it('takes the median set-up and the median time per good piece of the part', () => {
    const rows = logWith(
      { seq: '1', report_type: 'SETUP', started_at: '2012-01-02T06:00:00', ended_at: '2012-01-02T06:10:00' },
      { seq: '2', report_type: 'SETUP', started_at: '2012-01-02T06:10:00', ended_at: '2012-01-02T06:40:00' },
      { seq: '3', qty_completed: '3', started_at: '2012-01-02T06:40:00', ended_at: '2012-01-02T06:50:00' },
      // No piece, rework, or no time: these say nothing about the time per piece.
      { seq: '4', qty_completed: '0', started_at: '2012-01-02T06:50:00', ended_at: '2012-01-02T07:50:00' },
      { seq: '5', qty_completed: '1', rework: 'Y', started_at: '2012-01-02T07:50:00', ended_at: '2012-01-02T08:50:00' },
      { seq: '6', qty_completed: '1', started_at: '2012-01-02T08:50:00', ended_at: '2012-01-02T08:50:00' },
    ).rows;
    expect(planLog(rows).routings[0]!.operations).toEqual([
      {
        sequence: 10,
        name: 'Turning',
        stationCode: 'machine-1',
        setupSeconds: '1200',
        runSecondsPerPiece: '200',
      },
    ]);
  });

  it('leaves out a standard time that the log does not show', () => {
    const [operation] = planLog(logWith({ qty_completed: '0' }).rows).routings[0]!.operations;
    expect(operation).not.toHaveProperty('setupSeconds');
    expect(operation).not.toHaveProperty('runSecondsPerPiece');
  });

  it('keeps standard times to four decimals', () => {
    const times = plan.routings.flatMap(({ operations }) => operations.map((it) => it.runSecondsPerPiece ?? '0'));
    expect(times.every((time) => /^\d+(\.\d{1,4})?$/.test(time))).toBe(true);
  });
});

describe('orders', () => {
  it('carry the number, quantity and product of the log', () => {
    expect(plan.orders).toHaveLength(150);
    expect(plan.orders.find(({ number }) => number === 'WO-1')).toMatchObject({
      number: 'WO-1',
      quantity: '10',
      productId: 'PROD-CABLE-HEAD',
    });
  });

  it('tell their rows in the order in which the work ended, each row once', () => {
    for (const { rows } of plan.orders) {
      const ends = rows.map(({ endedAt }) => endedAt.getTime());
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    }
    expect(steps.size).toBe(1663);
  });

  it('stand beside those of the log in a replay, on the same routings', () => {
    const replay = planLog(exampleLog.rows, '-R20260105');
    expect(replay.orders[0]!.number).toBe(`${plan.orders[0]!.number}-R20260105`);
    expect(replay.routings).toEqual(plan.routings);
    const ids = new Set(plan.orders.flatMap((it) => [it.requestId, ...it.rows.map((step) => step.requestId)]));
    expect(replay.orders.flatMap((it) => [it.requestId, ...it.rows.map((step) => step.requestId)])).not.toContainEqual(
      expect.toSatisfy((id: string) => ids.has(id)),
    );
  });
});

describe('rows', () => {
  it('happened eight hours earlier in UTC than the clock of the plant showed', () => {
    expect(steps.get('WO-1/1')).toMatchObject({
      startedAt: new Date('2012-01-29T22:24:00Z'),
      endedAt: new Date('2012-01-30T04:43:00Z'),
    });
  });

  it('report pieces with their time', () => {
    expect(steps.get('WO-1/2')).toMatchObject({
      stationCode: 'machine-4-turning-milling',
      time: null,
      pieces: { goodQuantity: '1', scrapQuantity: '0', reworkQuantity: '0', withStart: true },
    });
  });

  it('tell set-up as time, and the piece made meanwhile without telling the time again', () => {
    expect(steps.get('WO-1/1')).toMatchObject({
      time: { kind: 'SETUP' },
      pieces: { goodQuantity: '1', withStart: false },
    });
    expect(steps.get('WO-1/3')).toMatchObject({ time: { kind: 'SETUP' }, pieces: null });
  });

  it.each([
    ['work without a piece as running time', {}, { time: { kind: 'RUN' }, pieces: null }],
    ['a break as a break', { report_type: 'BREAK' }, { time: { kind: 'BREAK' }, pieces: null }],
    [
      'reworked pieces as rework, not as good',
      { rework: 'Y', qty_completed: '7' },
      { time: null, pieces: { goodQuantity: '0', reworkQuantity: '7', scrapQuantity: '0' } },
    ],
    [
      'pieces for the review board as scrap with that reason',
      { qty_for_mrb: '2' },
      { time: null, pieces: { goodQuantity: '0', scrapQuantity: '2', scrapReason: 'MRB' } },
    ],
  ] as const)('tell %s', (_what, fields, step) => {
    const [row] = planLog(logWith({ qty_completed: '0', ...fields }).rows).orders[0]!.rows;
    expect(row).toMatchObject(step);
  });

  it('make the same request id in every run, and another for every other row', () => {
    const again = planLog(exampleLog.rows);
    const ids = plan.orders.flatMap(({ rows }) => rows.map(({ requestId }) => requestId));
    expect(again.orders.flatMap(({ rows }) => rows.map(({ requestId }) => requestId))).toEqual(ids);
    expect(new Set(ids).size).toBe(1663);
    expect(ids.every((id) => `${id}:time`.length <= 100)).toBe(true);
  });

  it('make another request id when a row of the file was corrected', () => {
    const idOf = (quantity: string) => planLog(logWith({ qty_completed: quantity }).rows).orders[0]!.rows[0]!.requestId;
    expect(idOf('3')).not.toBe(idOf('4'));
  });
});
