import { describe, expect, it } from 'vitest';
import * as rules from './rules.ts';
import type { Dispatched, Status } from './rules.ts';

const at = new Date('2026-03-10T04:00:00Z');
const pending: Dispatched = {
  id: 'op-20',
  workOrderId: 'order',
  sequence: 20,
  stationId: 'm1',
  equipmentClass: 'LATHE',
  status: 'PENDING',
  version: 3,
  plannedStartAt: null,
  plannedEndAt: null,
  startedAt: null,
  finishedAt: null,
  goodQuantity: '5',
  scrapQuantity: '1',
  reworkQuantity: '0',
};
const as = (status: Status): Dispatched => ({ ...pending, status });

describe('an operation', () => {
  it('starts with its first job and says so', () => {
    const step = rules.start(pending, 'RELEASED', 'm1', 'ann', at);
    expect(step).toMatchObject({ ok: true, state: { status: 'IN_PROGRESS', startedAt: at } });
    expect(step.ok && step.events.map(({ contract }) => contract.name)).toEqual(['OperationStarted']);
  });

  it('is joined without a word', () => {
    const running = as('IN_PROGRESS');
    expect(rules.start(running, 'IN_PROGRESS', 'm2', 'ben', at)).toEqual({ ok: true, state: running, events: [] });
  });

  it('gets the station at which work begins when it had none', () => {
    expect(rules.start({ ...pending, stationId: null }, 'RELEASED', 'm2', 'ann', at)).toMatchObject({
      state: { stationId: 'm2' },
    });
  });

  it('rests once nobody is on it any more', () => {
    expect(rules.pause(as('IN_PROGRESS'), 'IN_PROGRESS', 1, 'ann', at)).toMatchObject({
      state: { status: 'IN_PROGRESS' },
      events: [],
    });
    expect(rules.pause(as('IN_PROGRESS'), 'IN_PROGRESS', 0, 'ann', at)).toMatchObject({ state: { status: 'PAUSED' } });
  });

  it('goes on, is finished with its figures, and can be opened again for a reason', () => {
    expect(rules.resume(as('PAUSED'), 'IN_PROGRESS', 'm1', 'ann', at)).toMatchObject({
      state: { status: 'IN_PROGRESS' },
    });
    expect(rules.finish(as('PAUSED'), 'IN_PROGRESS', 'ann', at)).toMatchObject({
      state: { status: 'FINISHED', finishedAt: at },
      events: [{ data: { good_qty: '5', scrap_qty: '1' } }],
    });
    expect(rules.reopen(as('FINISHED'), 'IN_PROGRESS', 'one more', 'ann', at)).toMatchObject({
      state: { status: 'IN_PROGRESS', finishedAt: null },
      events: [{ data: { reason: 'one more' } }],
    });
  });

  const statuses: readonly Status[] = ['PENDING', 'IN_PROGRESS', 'PAUSED', 'FINISHED', 'SKIPPED'];
  const say = {
    start: (it: Dispatched) => rules.start(it, 'IN_PROGRESS', 'm1', 'ann', at),
    resume: (it: Dispatched) => rules.resume(it, 'IN_PROGRESS', 'm1', 'ann', at),
    pause: (it: Dispatched) => rules.pause(it, 'IN_PROGRESS', 0, 'ann', at),
    finish: (it: Dispatched) => rules.finish(it, 'IN_PROGRESS', 'ann', at),
    reopen: (it: Dispatched) => rules.reopen(it, 'IN_PROGRESS', 'why', 'ann', at),
    assign: (it: Dispatched) =>
      rules.assign(it, 'IN_PROGRESS', { stationId: 'm1', plannedStartAt: null, plannedEndAt: null }, 0),
  };
  const cases = (Object.keys(say) as (keyof typeof say)[]).flatMap((verb) =>
    statuses.filter((status) => !rules.transitions[verb].includes(status)).map((status) => [verb, status] as const),
  );
  it.each(cases)('refuses to %s when it is %s', (verb, status) => {
    expect(say[verb](as(status))).toEqual({ ok: false, refusal: 'ILLEGAL_TRANSITION' });
  });

  it.each(['DRAFT', 'PLANNED', 'HELD', 'COMPLETED', 'CLOSED', 'CANCELLED'])(
    'does not start in an order that is %s',
    (order) => {
      expect(rules.start(pending, order, 'm1', 'ann', at)).toEqual({ ok: false, refusal: 'ORDER_NOT_RUNNING' });
    },
  );

  it('stays where people are on it, and is planned forwards', () => {
    const plan = { stationId: 'm2', plannedStartAt: null, plannedEndAt: null };
    expect(rules.assign(as('IN_PROGRESS'), 'IN_PROGRESS', plan, 1)).toEqual({ ok: false, refusal: 'JOBS_RUNNING' });
    expect(rules.assign(pending, 'RELEASED', { ...plan, plannedStartAt: at, plannedEndAt: at }, 0)).toEqual({
      ok: false,
      refusal: 'BAD_INTERVAL',
    });
  });
});

describe('where an operation may be done', () => {
  const m1 = { id: 'm1', factoryId: 'f', equipmentClass: 'LATHE' };
  const m2 = { id: 'm2', factoryId: 'f', equipmentClass: 'LATHE' };
  const saw = { id: 's1', factoryId: 'f', equipmentClass: 'SAW' };
  it('is its station or another of its class in the same plant', () => {
    expect(rules.fits(pending, m1, m1, 'f')).toBe(true);
    expect(rules.fits(pending, m2, m1, 'f')).toBe(true);
    expect(rules.fits(pending, saw, m1, 'f')).toBe(false);
    expect(rules.fits(pending, { ...m2, factoryId: 'g' }, m1, 'f')).toBe(false);
  });

  it('is the class of the planned station when the operation names none', () => {
    const bare = { ...pending, equipmentClass: null };
    expect(rules.fits(bare, m2, m1, 'f')).toBe(true);
    expect(rules.fits(bare, saw, m1, 'f')).toBe(false);
    expect(rules.fits(bare, saw, { ...m1, equipmentClass: null }, 'f')).toBe(false);
    expect(rules.fits({ ...bare, stationId: null }, saw, null, 'f')).toBe(true);
  });
});
