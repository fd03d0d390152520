import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan, type Activity, type InputLine, type OutputLine } from './activity-rules.ts';
import { create, setStatus, statusMoves, type Lot, type LotStatus } from './rules.ts';
import { traceOf } from './trace-rules.ts';

const at = new Date('2026-11-22T12:00:00Z');
const lot = (change: Partial<Lot> = {}): Lot => {
  const wanted = { id: 'lot-1', factoryId: 'sh', materialId: 'RAW', number: 'R1' };
  const decision = create(wanted, 'emp-001', at);
  if (!decision.ok) throw new Error(decision.refusal);
  return { ...decision.state, ...change };
};
const plant = { today: '2026-11-22', expiredLot: 'BLOCK', storage: 'STORE', production: 'LINE' } as const;
const input = (change: Partial<InputLine> = {}): InputLine => ({
  lot: lot(),
  quantity: '5',
  locationId: null,
  onHand: [{ locationId: null, quantity: '10' }],
  ...change,
});
const output = (number: string, quantity = '5', change: Partial<OutputLine> = {}): OutputLine => ({
  lot: null,
  wanted: { factoryId: 'sh', number, materialId: 'RAW' },
  quantity,
  locationId: null,
  onHand: [],
  ...change,
});
const planned = (change: Partial<Activity>) =>
  plan(
    {
      kind: 'TRANSFORM',
      inputs: [input()],
      outputs: [output('X')],
      hasShipment: false,
      lossQuantity: '0',
      reason: null,
      ...change,
    },
    plant,
  );

describe('the status of a lot', () => {
  const statuses = Object.keys(statusMoves) as LotStatus[];
  it.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))('from %s to %s', (from, to) => {
    const decision = setStatus(lot({ status: from }), to, 'because', 'emp-001', at);
    if (statusMoves[from].includes(to)) expect(decision).toMatchObject({ ok: true, state: { status: to } });
    else expect(decision).toMatchObject({ ok: false, refusal: 'ILLEGAL_MOVE' });
  });

  it('stays as it is for good once the lot is scrapped', () => expect(statusMoves.SCRAPPED).toEqual([]));

  it.each(['', '  ', 'x'.repeat(1_001), 'nul\0'])('does not change for the reason %j', (reason) => {
    expect(setStatus(lot(), 'BLOCKED', reason, 'emp-001', at)).toMatchObject({ refusal: 'REASON_MISSING' });
  });
});

describe('an activity', () => {
  it('puts what it makes at the line, what it receives in storage, and what it ships nowhere', () => {
    expect(planned({})).toMatchObject({ state: { outputs: [{ locationId: 'LINE' }] } });
    expect(planned({ kind: 'RECEIVE', inputs: [] })).toMatchObject({ state: { outputs: [{ locationId: 'STORE' }] } });
    expect(planned({ kind: 'SHIP' })).toMatchObject({ state: { outputs: [{ locationId: null }] } });
  });

  it('puts a packed lot where its contents were', () => {
    const inputs = [input({ onHand: [{ locationId: 'SHELF', quantity: '5' }] })];
    expect(planned({ kind: 'PACK', inputs })).toMatchObject({ state: { outputs: [{ locationId: 'SHELF' }] } });
  });

  it('takes from the fullest place first, and last what no place holds', () => {
    const onHand = [
      { locationId: null, quantity: '3' },
      { locationId: 'A', quantity: '1' },
      { locationId: 'B', quantity: '2' },
    ];
    const decision = planned({ inputs: [input({ onHand })] });
    expect(decision).toMatchObject({
      state: {
        inputs: [
          { locationId: 'B', quantity: '2' },
          { locationId: 'A', quantity: '1' },
          { locationId: null, quantity: '2' },
        ],
      },
    });
  });

  it('does not take what another place owes', () => {
    const onHand = [
      { locationId: 'A', quantity: '6' },
      { locationId: 'B', quantity: '-2' },
    ];
    expect(planned({ inputs: [input({ onHand })] })).toMatchObject({
      refusal: { code: 'INSUFFICIENT_QUANTITY', limit: '4', actual: '5' },
    });
  });

  it('leaves a place to those who named it', () => {
    const onHand = [
      { locationId: 'A', quantity: '5' },
      { locationId: 'B', quantity: '4' },
    ];
    const inputs = [input({ quantity: '4', onHand }), input({ quantity: '5', locationId: 'A', onHand })];
    expect(planned({ inputs })).toMatchObject({
      state: {
        inputs: [
          { locationId: 'A', quantity: '5' },
          { locationId: 'B', quantity: '4' },
        ],
      },
    });
  });

  it('lets an expired lot pass where the plant does, and says which', () => {
    const inputs = [input({ lot: lot({ expiresOn: '2026-11-21' }) })];
    const activity: Activity = {
      kind: 'TRANSFORM',
      inputs,
      outputs: [output('X')],
      hasShipment: false,
      lossQuantity: '0',
      reason: null,
    };
    expect(plan(activity, plant)).toMatchObject({ refusal: { code: 'LOT_EXPIRED' } });
    expect(plan(activity, { ...plant, expiredLot: 'WARN' })).toMatchObject({ state: { expired: [{ number: 'R1' }] } });
    expect(plan(activity, { ...plant, expiredLot: 'ALLOW' })).toMatchObject({ state: { expired: [] } });
    const today = [input({ lot: lot({ expiresOn: '2026-11-22' }) })];
    expect(plan({ ...activity, inputs: today }, plant)).toMatchObject({ ok: true });
  });

  it.each(['QUARANTINE', 'BLOCKED', 'REJECTED', 'SCRAPPED'] as const)('uses no lot that is %s', (status) => {
    expect(planned({ inputs: [input({ lot: lot({ status }) })] })).toMatchObject({
      refusal: { code: 'LOT_NOT_USABLE' },
    });
  });

  it('gives a mixture the earliest expiry of its parts, and the supplier that all share', () => {
    const parts = [
      lot({ id: 'a', expiresOn: '2030-01-01', supplierId: 'S', gtin: null }),
      lot({ id: 'b', expiresOn: '2029-01-01', supplierId: 'S', gtin: '05412345000013' }),
    ];
    const inputs = parts.map((part) => input({ lot: part }));
    expect(planned({ kind: 'MERGE', inputs, outputs: [output('M', '10')] })).toMatchObject({
      state: { outputs: [{ lot: { expiresOn: '2029-01-01', supplierId: 'S', gtin: null, unit: 'pcs' } }] },
    });
  });

  it('adds a serial-numbered piece once only', () => {
    const piece = lot({ id: 'piece', kind: 'SERIAL' });
    const again = { lot: piece, wanted: null, onHand: [{ locationId: null, quantity: '1' }] };
    expect(planned({ outputs: [output('', '1', again)] })).toMatchObject({
      refusal: { code: 'SERIAL_IS_ONE', actual: '2' },
    });
    expect(planned({ outputs: [output('', '1', { ...again, onHand: [] })] })).toMatchObject({ ok: true });
  });

  it('that is accepted takes exactly what was asked, and never more than a place holds', () => {
    const quantity = fc.integer({ min: 1, max: 50 });
    const place = fc.constantFrom('A', 'B', null);
    const portions = fc.uniqueArray(
      fc.record({ locationId: place, quantity: fc.integer({ min: -5, max: 50 }).map(String) }),
      {
        selector: ({ locationId }) => locationId,
      },
    );
    const lines = fc.array(fc.record({ quantity: quantity.map(String), locationId: place }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(portions, lines, (onHand, asked) => {
        const decision = planned({ inputs: asked.map((line) => input({ ...line, onHand })) });
        if (!decision.ok) {
          expect(decision.refusal.code).toBe('INSUFFICIENT_QUANTITY');
          return;
        }
        const total = (all: readonly { quantity: string }[]) =>
          all.reduce((sum, it) => sum.plus(it.quantity), new Decimal(0)).toNumber();
        const taken = decision.state.inputs;
        expect(total(taken)).toBe(total(asked));
        for (const portion of onHand) {
          const there = taken.filter(({ locationId }) => locationId === portion.locationId);
          expect(total(there)).toBeLessThanOrEqual(Math.max(0, Number(portion.quantity)));
        }
      }),
    );
  });
});

describe('a trace', () => {
  it('that goes both ways counts a lot of a loop once, by its shortest way', () => {
    const forward = {
      lots: [
        ['a', 0, false],
        ['b', 1, false],
        ['c', 2, true],
      ],
      edges: [
        ['a', 'b', null],
        ['b', 'c', null],
      ],
      truncated: false,
    } as const;
    const backward = {
      lots: [
        ['a', 0, false],
        ['b', 3, false],
      ],
      edges: [
        ['b', 'a', 'x'],
        ['a', 'b', null],
      ],
      truncated: true,
    } as const;
    expect(traceOf('a', { forward, backward })).toEqual({
      lotIds: ['a', 'b', 'c'],
      lots: [
        { lotId: 'b', depth: 1, direction: 'BOTH', end: false },
        { lotId: 'c', depth: 2, direction: 'FORWARD', end: true },
      ],
      edges: [
        { from: 'a', to: 'b', activityId: null },
        { from: 'b', to: 'c', activityId: null },
        { from: 'b', to: 'a', activityId: 'x' },
      ],
      truncated: true,
    });
  });
});
