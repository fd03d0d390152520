import type { Fact } from '@enghub/event-contracts/fact';
import { eventSchema } from '@enghub/event-contracts/envelope';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { create, plan as planDraft, type OrderPlan } from './create-rules.ts';
import { goodLimit } from './limit-rules.ts';
import * as rules from './rules.ts';
import { transitions, type Status, type Verb, type WorkOrder } from './rules.ts';

const at = new Date('2026-03-10T04:00:00Z');
const by = 'emp-301';
const statuses: Status[] = ['DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD', 'COMPLETED', 'CLOSED', 'CANCELLED'];
const plan: OrderPlan = {
  id: 'wo-1',
  factoryId: 'factory-sh-01',
  number: 'WO-1',
  productId: 'PROD-A001',
  bomVersion: 'v3',
  routingId: 'r-1',
  quantity: '10',
  unit: 'pcs',
  dueDate: '2026-04-01',
};

function planned(): WorkOrder {
  const decision = create(plan, by, at);
  if (!decision.ok) throw new Error(decision.refusal);
  return decision.state;
}

const inStatus = (status: Status): WorkOrder => ({
  ...planned(),
  status,
  heldFrom: status === 'HELD' ? 'IN_PROGRESS' : null,
});

const say: Record<Verb, (order: WorkOrder) => ReturnType<typeof rules.close | typeof rules.cancel>> = {
  release: (order) => rules.release(order, by, at),
  start: (order) => rules.start(order, by, at),
  hold: (order) => rules.hold(order, { cause: 'QUALITY_HOLD', note: 'cracks' }, by, at),
  resume: (order) => rules.resume(order, by, at),
  complete: (order) => rules.complete(order, by, at),
  reopen: (order) => rules.reopen(order, 'two more', by, at),
  close: (order) => rules.close(order, { quantity: rules.remaining(order), note: null }, 0, by, at),
  cancel: (order) => rules.cancel(order, 'not needed', by, at),
};
const verbs = Object.keys(transitions) as Verb[];

describe('creating an order', () => {
  it('plans it and says what will be made', () => {
    const decision = create(plan, by, at);
    expect(decision).toMatchObject({
      ok: true,
      state: { status: 'PLANNED', version: 1, createdBy: by, createdAt: at },
    });
    expect(namesOf(decision)).toEqual(['WorkOrderCreated']);
  });

  it.each([
    ['a blank number', { number: ' ' }, 'BAD_NUMBER'],
    ['a number of 101 characters', { number: 'x'.repeat(101) }, 'BAD_NUMBER'],
    ['nothing to make', { quantity: '0' }, 'BAD_QUANTITY'],
    ['less than nothing', { quantity: '-1' }, 'BAD_QUANTITY'],
    ['priority 0', { priority: 0 }, 'BAD_PRIORITY'],
    ['priority 10', { priority: 10 }, 'BAD_PRIORITY'],
    ['a blank external id', { externalId: '' }, 'BAD_EXTERNAL_ID'],
    ['an unreadable sales order', { salesOrderId: 'a\u0000' }, 'BAD_SALES_ORDER'],
    ['a line of no sales order', { salesOrderLine: '10' }, 'BAD_SALES_ORDER'],
    ['no unit', { unit: ' ' }, 'BAD_UNIT'],
  ])('refuses %s', (_case, change, refusal) => {
    expect(create({ ...plan, ...change }, by, at)).toEqual({ ok: false, refusal });
  });
});

describe('a draft', () => {
  it('is told of when it is planned, not before', () => {
    const draft = create({ ...plan, draft: true }, by, at);
    expect(draft).toMatchObject({ ok: true, state: { status: 'DRAFT' }, events: [] });
    const planned = draft.ok && planDraft(draft.state);
    expect(planned).toMatchObject({ ok: true, state: { status: 'PLANNED' } });
    expect(planned && namesOf(planned)).toEqual(['WorkOrderCreated']);
  });

  it.each(statuses.filter((status) => status !== 'DRAFT'))('is the only one that is planned, not %s', (status) => {
    expect(planDraft(inStatus(status))).toEqual({ ok: false, refusal: 'ILLEGAL_TRANSITION' });
  });
});

function namesOf(decision: { ok: boolean; events?: readonly Fact[] }): string[] {
  return (decision.events ?? []).map(({ contract, data }) => {
    eventSchema(contract).shape.data.parse(data);
    return contract.name;
  });
}

describe('the life of an order', () => {
  it.each(verbs.flatMap((verb) => statuses.map((status) => [verb, status] as const)))('%s when %s', (verb, status) => {
    const decision = say[verb](inStatus(status));
    // A draft that is withdrawn was never told of; what closing writes off is told beside the closing.
    const told = { cancel: status === 'DRAFT' ? 0 : 1, close: 2 }[verb as string] ?? 1;
    if (transitions[verb].includes(status)) expect(namesOf(decision)).toHaveLength(told);
    else expect(decision).toEqual({ ok: false, refusal: 'ILLEGAL_TRANSITION' });
  });

  it.each<[Verb, Status, Status, string]>([
    ['release', 'PLANNED', 'RELEASED', 'WorkOrderReleased'],
    ['start', 'RELEASED', 'IN_PROGRESS', 'WorkOrderStarted'],
    ['hold', 'RELEASED', 'HELD', 'WorkOrderHeld'],
    ['hold', 'IN_PROGRESS', 'HELD', 'WorkOrderHeld'],
    ['resume', 'HELD', 'IN_PROGRESS', 'WorkOrderResumed'],
    ['complete', 'IN_PROGRESS', 'COMPLETED', 'WorkOrderCompleted'],
    ['close', 'COMPLETED', 'CLOSED', 'WorkOrderClosed'],
    ['cancel', 'PLANNED', 'CANCELLED', 'WorkOrderCancelled'],
    ['cancel', 'HELD', 'CANCELLED', 'WorkOrderCancelled'],
    ['reopen', 'COMPLETED', 'IN_PROGRESS', 'WorkOrderReopened'],
  ])('%s leads from %s to %s and is told as %s', (verb, from, to, event) => {
    const decision = say[verb]({ ...inStatus(from), goodQuantity: '10' });
    expect(decision).toMatchObject({ ok: true, state: { status: to } });
    expect(namesOf(decision)).toEqual([event]);
  });

  it.each<Status>(['RELEASED', 'IN_PROGRESS'])('a hold remembers that the order was %s', (status) => {
    const held = rules.hold(inStatus(status), { cause: 'MACHINE_FAILURE', note: null }, by, at);
    expect(held).toMatchObject({ state: { status: 'HELD', heldFrom: status, holdCause: 'MACHINE_FAILURE' } });
    const resumed = held.ok && rules.resume(held.state, by, at);
    expect(resumed).toMatchObject({ state: { status, heldFrom: null, holdCause: null, holdNote: null } });
  });

  it('keeps when it was first started', () => {
    const started = rules.start({ ...inStatus('RELEASED'), startedAt: new Date('2026-03-01') }, by, at);
    expect(started).toMatchObject({ state: { startedAt: new Date('2026-03-01') } });
  });

  it('says with completion what was made', () => {
    const order = { ...inStatus('IN_PROGRESS'), goodQuantity: '9', scrapQuantity: '1.5', reworkQuantity: '2' };
    const decision = rules.complete(order, by, at);
    expect(decision.ok && decision.events[0]!.data).toMatchObject({ good_qty: '9', scrap_qty: '1.5', rework_qty: '2' });
  });

  it('does not cancel what was reported on', () => {
    expect(rules.cancel({ ...inStatus('IN_PROGRESS'), reportCount: 1 }, null, by, at)).toEqual({
      ok: false,
      refusal: 'HAS_REPORTS',
    });
  });

  it('never leaves the states of the table, nor CLOSED and CANCELLED', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...verbs)), (spoken) => {
        let order = planned();
        for (const verb of spoken) {
          const decision = say[verb](order);
          if (!decision.ok) continue;
          expect(transitions[verb]).toContain(order.status);
          expect(decision.state.status === 'HELD').toBe(decision.state.heldFrom !== null);
          expect(['CLOSED', 'CANCELLED']).not.toContain(order.status);
          order = decision.state;
        }
        expect(statuses).toContain(order.status);
      }),
    );
  });
});

describe('closing the books', () => {
  const completed = { ...inStatus('COMPLETED'), goodQuantity: '7' };
  const close = (quantity: string, pending = 0) =>
    rules.close(completed, { quantity, note: 'cracked' }, pending, by, at);

  it('writes off what is missing, when a person says so', () => {
    const closed = close('3');
    expect(closed).toMatchObject({ ok: true, state: { lossQuantity: '3', closeNote: 'cracked', closedAt: at } });
    expect(namesOf(closed)).toEqual(['WorkOrderLossRecorded', 'WorkOrderClosed']);
    expect(closed.ok && rules.remaining(closed.state)).toBe('0');
  });

  it.each([
    ['0', { code: 'BOOKS_NOT_RECONCILED', limit: '10', actual: '7' }],
    ['2.5', { code: 'BOOKS_NOT_RECONCILED', limit: '10', actual: '9.5' }],
    ['3.0001', { code: 'LOSS_OUT_OF_RANGE', limit: '3', actual: '3.0001' }],
    ['-1', { code: 'LOSS_OUT_OF_RANGE', limit: '3', actual: '-1' }],
  ])('refuses a loss of %s pieces when 3 are missing', (loss, refusal) => {
    expect(close(loss)).toEqual({ ok: false, refusal });
  });

  it('waits for reports that wait for approval', () => {
    expect(close('3', 2)).toEqual({ ok: false, refusal: { code: 'REPORTS_PENDING', count: 2 } });
  });
});

describe('how much may be made', () => {
  it.each([
    ['10', '0', '10'],
    ['10', '5', '10.5'],
    ['3', '33.3333', '3.9999'],
    ['0.0001', '50', '0.0001'],
    ['99999999999999', '100', '199999999999998'],
  ])('of %s ordered with %s percent is %s', (quantity, percent, limit) => {
    expect(goodLimit(quantity, { percent, quantity: null })).toBe(limit);
  });

  it('may be a number of pieces in place of a percentage', () => {
    expect(goodLimit('10', { percent: '50', quantity: '1.5' })).toBe('11.5');
  });

  it.each([
    ['10', '4.5', '5.5'],
    ['10', '11', '0'],
  ])('of %s ordered and %s good leaves %s', (quantity, goodQuantity, left) => {
    expect(rules.remaining({ quantity, goodQuantity, lossQuantity: '0' })).toBe(left);
  });
});
