import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  daysAfter,
  judge,
  ledgerRows,
  plantDay,
  refuseText,
  type Movement,
  type MovementFacts,
  type MovementKind,
} from './movement-rules.ts';
import { defineLocation, defineMaterial } from './place-rules.ts';

const moves = (kind: MovementKind, more: Partial<Movement> = {}): Movement => ({
  kind,
  materialId: 'M',
  quantity: '2',
  from: 'a',
  ...more,
});
const facts: MovementFacts = {
  factoryId: 'f',
  tracking: 'NONE',
  lot: null,
  fromPurpose: 'STORAGE',
  orderStatus: null,
  today: '2026-03-10',
  expiredLot: 'BLOCK',
  lotOnHand: '0',
  consumed: null,
};
const lot = { id: 'l', factoryId: 'f', materialId: 'M', status: 'AVAILABLE', expiresOn: null };

describe('the ledger', () => {
  it('has a row for what leaves and a row for what enters', () => {
    expect(ledgerRows(moves('TRANSFER', { to: 'b', lotId: 'l' }))).toEqual([
      { kind: 'TRANSFER', materialId: 'M', lotId: 'l', locationId: 'a', quantity: '-2' },
      { kind: 'TRANSFER', materialId: 'M', lotId: 'l', locationId: 'b', quantity: '2' },
    ]);
    const becomes = { materialId: 'N', quantity: '0.5' };
    expect(ledgerRows(moves('RECLASSIFY', { to: 'a', lotId: 'l', becomes }))[1]).toEqual({
      kind: 'RECLASSIFY',
      materialId: 'N',
      lotId: null,
      locationId: 'a',
      quantity: '0.5',
    });
  });
});

describe('a movement', () => {
  it.each([
    ['scrap without a reason', moves('SCRAP'), 'REASON_REQUIRED'],
    ['a transfer to the same place', moves('TRANSFER', { to: 'a' }), 'NOTHING_MOVES'],
    ['less than nothing', moves('SHIP', { quantity: '-1' }), 'BAD_QUANTITY'],
    ['a material without a name', moves('SHIP', { materialId: ' ' }), 'BAD_NAME'],
    ['an endless reference', moves('SHIP', { reference: 'x'.repeat(101) }), 'BAD_NAME'],
  ])('is refused: %s', (_case, movement, refusal) => {
    expect(refuseText(movement)).toBe(refusal);
  });

  it.each([
    ['of a tracked material without its lot', moves('SHIP'), { tracking: 'LOT' }, 'LOT_REQUIRED'],
    ['of another material’s lot', moves('SHIP'), { lot: { ...lot, materialId: 'N' } }, 'LOT_NOT_FOUND'],
    ['out of quarantine into an order', moves('ISSUE'), { fromPurpose: 'QUARANTINE' }, 'LOT_NOT_AVAILABLE'],
    ['of a blocked lot', moves('CONSUME'), { lot: { ...lot, status: 'BLOCKED' } }, 'LOT_NOT_AVAILABLE'],
    ['of an expired lot', moves('SHIP'), { lot: { ...lot, expiresOn: '2026-03-09' } }, 'LOT_EXPIRED'],
    ['for an order that only waits', moves('CONSUME'), { orderStatus: 'RELEASED' }, 'ORDER_NOT_OPEN'],
    ['for closed books', moves('RETURN', { from: null, to: 'a' }), { orderStatus: 'CLOSED' }, 'ORDER_NOT_OPEN'],
    ['of more than was used', moves('RETURN', { from: null, to: 'a' }), { consumed: '1.5' }, 'MORE_THAN_CONSUMED'],
    ['of two pieces with one number', moves('SHIP'), { tracking: 'SERIAL', lot }, 'BAD_QUANTITY'],
  ] as const)('is refused %s', (_case, movement, more, code) => {
    expect(judge(movement, { ...facts, ...more })).toMatchObject({ ok: false, refusal: { code } });
  });

  it('may carry a blocked or expired lot about', () => {
    const blocked = { ...lot, status: 'BLOCKED', expiresOn: '2020-01-01' };
    for (const kind of ['TRANSFER', 'SCRAP', 'ADJUST', 'RECLASSIFY'] as const) {
      expect(judge(moves(kind), { ...facts, lot: blocked }).ok).toBe(true);
    }
  });

  it('of a lot is allowed on its last day, and later where the plant only warns', () => {
    const last = { ...lot, expiresOn: '2026-03-10' };
    expect(judge(moves('SHIP'), { ...facts, lot: last })).toMatchObject({ state: { warnings: [] } });
    const old = { ...facts, lot: { ...lot, expiresOn: '2026-03-09' }, expiredLot: 'WARN' as const };
    expect(judge(moves('SHIP'), old)).toMatchObject({ state: { warnings: ['LOT_EXPIRED'] } });
  });
});

describe('days', () => {
  it('are those of the plant', () => {
    const at = new Date('2026-03-09T17:00:00Z');
    expect(plantDay('Asia/Shanghai', at)).toBe('2026-03-10');
    expect(plantDay('America/New_York', at)).toBe('2026-03-09');
    expect(daysAfter('2026-02-27', 2)).toBe('2026-03-01');
  });
});

describe('allocating', () => {
  const candidate = (free: string) => ({ balanceId: free, locationId: 'a', lotId: null, free });

  it('takes from the candidates in their order', () => {
    const { picks, short } = allocate([candidate('1.5'), candidate('3')], '2');
    expect(picks.map(({ quantity }) => quantity)).toEqual(['1.5', '0.5']);
    expect(short).toBe('0');
  });

  it('never takes more than there is or is wanted, and what is taken and short is what was wanted', () => {
    const cents = fc.integer({ min: 0, max: 100_000 }).map((it) => (it / 100).toFixed(2));
    fc.assert(
      fc.property(fc.array(cents, { maxLength: 8 }), cents, (free, wanted) => {
        const { picks, short } = allocate(free.map(candidate), wanted);
        const taken = picks.reduce((sum, { quantity }) => sum + Math.round(Number(quantity) * 100), 0);
        expect(taken + Math.round(Number(short) * 100)).toBe(Math.round(Number(wanted) * 100));
        for (const pick of picks) expect(Number(pick.quantity)).toBeLessThanOrEqual(Number(pick.candidate.free));
      }),
    );
  });
});

describe('places and materials', () => {
  const place = { id: '1', factoryId: 'f', warehouseId: 'w', code: 'A', name: 'A', lineId: null };

  it('change what stock means only without stock', () => {
    const known = { ...place, purpose: 'STORAGE' as const };
    const wanted = { ...place, id: '2', purpose: 'SCRAP' as const };
    expect(defineLocation(known, wanted, true)).toMatchObject({ ok: false, refusal: 'IN_USE' });
    expect(defineLocation(known, wanted, false)).toMatchObject({ state: { id: '1', purpose: 'SCRAP' } });
    expect(defineLocation(known, { ...known, name: 'B' }, true)).toMatchObject({ state: { name: 'B' } });
  });

  it('have a shelf life of some days', () => {
    const settings = { factoryId: 'f', materialId: 'M', unit: 'kg', tracking: 'LOT', issueMethod: 'MANUAL' } as const;
    const days = (shelfLifeDays: number) => defineMaterial(null, { ...settings, shelfLifeDays, gtin: null }, false);
    expect(days(0)).toMatchObject({ refusal: 'BAD_SHELF_LIFE' });
    expect(days(365).ok).toBe(true);
  });
});
