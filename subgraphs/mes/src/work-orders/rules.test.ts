import type { Fact } from '@enghub/event-contracts/fact';
import { eventSchema } from '@enghub/event-contracts/envelope';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as rules from './rules.ts';
import { transitions, type Status, type Step, type Verb, type WorkOrder } from './rules.ts';

const at = new Date('2026-03-10T04:00:00Z');
const by = 'emp-301';
const statuses: Status[] = ['DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD', 'COMPLETED', 'CLOSED', 'CANCELLED'];
const plan: rules.OrderPlan = {
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
  const decision = rules.create(plan, by, at);
  if (!decision.ok) throw new Error(decision.refusal);
  return decision.state;
}

const inStatus = (status: Status): WorkOrder => ({
  ...planned(),
  status,
  heldFrom: status === 'HELD' ? 'IN_PROGRESS' : null,
});

const say: Record<Verb, (order: WorkOrder) => Step | ReturnType<typeof rules.cancel>> = {
  release: (order) => rules.release(order, by, at),
  start: (order) => rules.start(order, by, at),
  hold: (order) => rules.hold(order, { cause: 'QUALITY_HOLD', note: 'cracks' }, by, at),
  resume: (order) => rules.resume(order, by, at),
  complete: (order) => rules.complete(order, by, at),
  close: (order) => rules.close(order, by, at),
  cancel: (order) => rules.cancel(order, 'not needed', by, at),
};
const verbs = Object.keys(transitions) as Verb[];

describe('creating an order', () => {
  it('plans it and says what will be made', () => {
    const decision = rules.create(plan, by, at);
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
  ])('refuses %s', (_case, change, refusal) => {
    expect(rules.create({ ...plan, ...change }, by, at)).toEqual({ ok: false, refusal });
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
    if (transitions[verb].includes(status)) expect(namesOf(decision)).toHaveLength(1);
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
  ])('%s leads from %s to %s and is told as %s', (verb, from, to, event) => {
    const decision = say[verb](inStatus(from));
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

describe('how much may be made', () => {
  it.each([
    ['10', '0', '10'],
    ['10', '5', '10.5'],
    ['3', '33.3333', '3.9999'],
    ['0.0001', '50', '0.0001'],
    ['99999999999999', '100', '199999999999998'],
  ])('of %s ordered with %s percent is %s', (quantity, percent, limit) => {
    expect(rules.goodLimit(quantity, percent)).toBe(limit);
  });

  it.each([
    ['10', '4.5', '5.5'],
    ['10', '11', '0'],
  ])('of %s ordered and %s good leaves %s', (quantity, goodQuantity, left) => {
    expect(rules.remaining({ quantity, goodQuantity })).toBe(left);
  });
});
