import { describe, expect, it } from 'vitest';
import * as receipts from './receipt-rules.ts';
import type { Receipt } from './receipt-rules.ts';
import * as rules from './rules.ts';
import type { OperationFacts, TimeFacts } from './rules.ts';

const at = (time: string) => new Date(`2026-03-10T${time}:00Z`);
const order = {
  quantity: '10',
  goodQuantity: '10',
  scrapQuantity: '2',
  reworkQuantity: '1',
  lossQuantity: '0',
  dueDate: '2026-03-10',
  releasedAt: at('00:00'),
  startedAt: at('01:00'),
  completedAt: at('09:00'),
};
const operation: OperationFacts = {
  id: 'op-1',
  sequence: 10,
  name: 'Turning',
  status: 'FINISHED',
  setupSeconds: '600',
  runSecondsPerPiece: '90',
  runSecondsPerBatch: null,
  batchQuantity: null,
  goodQuantity: '12',
  scrapQuantity: '2',
  reworkQuantity: '1',
  sentBackQuantity: '0',
  returnedQuantity: '2',
};
const last: OperationFacts = {
  ...operation,
  id: 'op-2',
  sequence: 20,
  runSecondsPerPiece: null,
  goodQuantity: '10',
  scrapQuantity: '0',
  reworkQuantity: '0',
  sentBackQuantity: '2',
  returnedQuantity: '0',
};
const reported = {
  operationId: 'op-1',
  reportCount: 3,
  firstAt: at('01:30'),
  lastAt: at('08:00'),
  busySeconds: '3000',
  scrapReasons: [{ reason: 'burr', quantity: '2' }],
};
const time = (change: Partial<TimeFacts>): TimeFacts => ({
  operationId: 'op-1',
  source: 'JOB',
  kind: 'LABOUR',
  seconds: '100',
  ...change,
});
const figures = (times: readonly TimeFacts[] = [], completedOn = '2026-03-10') =>
  rules.figuresOf(order, [operation, last], [reported], times, completedOn);

describe('a completion report', () => {
  it('tells how the order went from release to completion', () => {
    expect(figures()).toMatchObject({
      leadSeconds: '32400',
      executionSeconds: '28800',
      firstReportAt: '2026-03-10T01:30:00.000Z',
      lastReportAt: '2026-03-10T08:00:00.000Z',
      dueDateMet: true,
      // 10 ÷ 12.
      yield: '0.8333',
    });
    expect(figures([], '2026-03-11').dueDateMet).toBe(false);
  });

  it('computes first pass yield by ISO 22400-2: a piece that comes again was not good at once', () => {
    const [one, two] = figures().operations;
    // GP 12 − 1 reworked − 2 returned = 9; IP 12 + 2 − 2 = 12.
    expect(one).toMatchObject({ yield: '0.8571', firstPassYield: '0.75' });
    // GP 10; IP 10 + 2 sent back = 12.
    expect(two).toMatchObject({ yield: '0.8333', firstPassYield: '0.8333' });
    expect(figures().firstPassYield).toBe('0.625');
  });

  it('sets planned against actual times, and knows no plan without a standard', () => {
    const [one, two] = figures([time({ kind: 'SETUP', seconds: '700' }), time({})]).operations;
    expect(one).toMatchObject({
      plannedSetupSeconds: '600',
      actualSetupSeconds: '700',
      plannedRunSeconds: '900',
      actualRunSeconds: '3000',
      labourSeconds: '100',
    });
    expect(two).toMatchObject({
      plannedRunSeconds: null,
      actualRunSeconds: '0',
      labourSeconds: '0',
      firstReportAt: null,
    });
  });

  it('counts what was clocked, or else what was written down, never both', () => {
    const both = [time({ seconds: '60' }), time({ seconds: '40' }), time({ source: 'TIME_EVENT', seconds: '999' })];
    expect(rules.spent(both, 'LABOUR')).toBe('100');
    expect(rules.spent(both.slice(2), 'LABOUR')).toBe('999');
    expect(rules.spent(both, 'MACHINE')).toBeNull();
    expect(figures([time({ kind: 'MACHINE', seconds: '50' })]).operations[0]).toMatchObject({ actualRunSeconds: '50' });
  });

  it('plans a batch that is begun as a whole one', () => {
    const oven = { runSecondsPerPiece: null, runSecondsPerBatch: '1800', batchQuantity: '4' };
    expect(rules.runSeconds(oven, '10')).toBe('5400');
    expect(rules.runSeconds({ ...oven, batchQuantity: null }, '10')).toBeNull();
  });

  it('expects nothing of a skipped operation, and has no yield where nothing was made', () => {
    const none = {
      goodQuantity: '0',
      scrapQuantity: '0',
      reworkQuantity: '0',
      sentBackQuantity: '0',
      returnedQuantity: '0',
    };
    const skipped = { ...operation, ...none, status: 'SKIPPED' };
    const done = rules.figuresOf(order, [skipped, last], [], [], '2026-03-10');
    expect(done.operations[0]).toMatchObject({ plannedSetupSeconds: '0', plannedRunSeconds: '0', yield: null });
    expect(done.firstPassYield).toBe('0.8333');
  });
});

describe('finished goods', () => {
  const receipt: Receipt = {
    id: 'r-1',
    factoryId: 'f',
    workOrderId: 'wo-1',
    productId: 'p',
    state: 'SUGGESTED',
    version: 1,
    lotId: null,
    quantity: '10',
    unit: 'pcs',
    locationId: null,
    movementId: null,
    reason: null,
    createdAt: at('09:00'),
    decidedBy: null,
    decidedAt: null,
  };
  const wish = { version: 1, quantity: '10', locationId: 'l-1' };

  it('wait until they are accepted or declined', () => {
    const decided = [
      { state: 'ACCEPTED', quantity: '3' },
      { state: 'DECLINED', quantity: '1.5' },
      { state: 'SUGGESTED', quantity: '4' },
      { state: 'WITHDRAWN', quantity: '9' },
    ] as const;
    expect(receipts.openQuantity('10', decided)).toBe('5.5');
  });

  it.each([
    ['5', null, 'SUGGEST'],
    ['5', { quantity: '4' }, 'CHANGE'],
    ['5', { quantity: '5.0000' }, 'NOTHING'],
    ['0', { quantity: '4' }, 'WITHDRAW'],
    ['-1', null, 'NOTHING'],
  ])('of %s open pieces with %j suggested: %s', (open, suggested, what) => {
    expect(receipts.suggest(open, suggested)).toBe(what);
  });

  it('are accepted in part or whole, never beyond what was made', () => {
    expect(receipts.acceptReceipt(receipt, { ...wish, quantity: '4' }, '10')).toMatchObject({
      ok: true,
      state: { state: 'ACCEPTED', quantity: '4', locationId: 'l-1' },
    });
    expect(receipts.acceptReceipt(receipt, { ...wish, quantity: '11' }, '10')).toEqual({
      ok: false,
      refusal: { code: 'MORE_THAN_MADE', limit: '10', actual: '11' },
    });
  });

  it.each([
    [{ version: 2 }, 'STALE_VERSION'],
    [{ quantity: '0' }, 'BAD_QUANTITY'],
  ])('are refused with %j: %s', (change, code) => {
    expect(receipts.acceptReceipt(receipt, { ...wish, ...change }, '10')).toEqual({ ok: false, refusal: { code } });
  });

  it('are decided on once, and declined for a reason', () => {
    const accepted = { ...receipt, state: 'ACCEPTED' as const };
    const refusal = { ok: false, refusal: { code: 'ALREADY_DECIDED' } };
    expect(receipts.acceptReceipt(accepted, wish, '10')).toEqual(refusal);
    expect(receipts.declineReceipt(accepted, { version: 1, reason: 'lost' })).toEqual(refusal);
    expect(receipts.declineReceipt(receipt, { version: 1, reason: ' ' })).toMatchObject({
      refusal: { code: 'BAD_REASON' },
    });
    expect(receipts.declineReceipt(receipt, { version: 1, reason: 'Goes to the show.' })).toMatchObject({ ok: true });
  });
});
