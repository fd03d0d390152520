import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correct, totalsOf, type Change } from './correction-rules.ts';
import type { ProductionReport } from './rules.ts';

const root: ProductionReport = {
  id: 'rep-1',
  workOrderId: 'wo-1',
  operationId: 'op-2',
  stationId: null,
  operatorId: 'ID4932',
  reportedBy: 'emp-101',
  goodQuantity: '10',
  scrapQuantity: '2',
  scrapReason: 'burr',
  reworkQuantity: '0',
  sentBackQuantity: '0',
  sentBackTo: null,
  counterFrom: null,
  counterTo: null,
  startedAt: null,
  endedAt: new Date('2026-03-10T02:00:00Z'),
  shiftDate: '2026-03-10',
  shift: 'day',
  recordedAt: new Date('2026-03-10T02:00:00Z'),
  correctionOf: null,
  correctionReason: null,
  warnings: [],
};
const nothing: Change = {
  goodQuantity: null,
  scrapQuantity: null,
  reworkQuantity: null,
  sentBackQuantity: null,
  scrapReason: null,
  sentBackTo: null,
  reason: 'miscounted',
  expected: {},
};

describe('a correction', () => {
  it('is the difference to what was wanted, and leaves alone what is not named', () => {
    expect(correct(root, [], { ...nothing, goodQuantity: '7.5' })).toMatchObject({
      ok: true,
      state: {
        goodQuantity: '-2.5',
        scrapQuantity: '0',
        reworkQuantity: '0',
        sentBackQuantity: '0',
        scrapReason: 'burr',
      },
    });
  });

  it('takes back what was scrapped by mistake', () => {
    const change = { ...nothing, goodQuantity: '12', scrapQuantity: '0' };
    expect(correct(root, [], change)).toMatchObject({ ok: true, state: { goodQuantity: '2', scrapQuantity: '-2' } });
  });

  it.each<[string, Partial<Change>, string]>([
    ['without a reason', { goodQuantity: '1', reason: ' ' }, 'CORRECTION_NEEDS_REASON'],
    ['to less than nothing', { goodQuantity: '-1' }, 'NEGATIVE_QUANTITY'],
    ['that changes nothing', { goodQuantity: '10.0' }, 'NOTHING_CHANGED'],
    [
      'that names another reason for the scrap',
      { scrapQuantity: '3', scrapReason: 'scratch' },
      'SCRAP_REASON_IS_FIXED',
    ],
    ['that sends pieces back to nowhere', { sentBackQuantity: '1' }, 'SENT_BACK_NEEDS_OPERATION'],
    ['of totals that are outdated', { goodQuantity: '1', expected: { goodQuantity: '9' } }, 'STALE_VERSION'],
  ])('is refused %s', (_case, change, code) => {
    expect(correct(root, [], { ...nothing, ...change })).toEqual({ ok: false, refusal: code });
  });

  it('leads to the wanted totals and never below zero, however many came before', () => {
    const quantity = fc.integer({ min: -3, max: 20 }).map(String);
    const maybe = fc.option(quantity);
    const changes = fc.array(fc.record({ goodQuantity: maybe, scrapQuantity: maybe, reworkQuantity: maybe }));
    fc.assert(
      fc.property(changes, (asked) => {
        const corrections: ProductionReport[] = [];
        for (const change of asked) {
          const before = totalsOf([root, ...corrections]);
          const decision = correct(root, corrections, { ...nothing, ...change });
          if (decision.ok) corrections.push({ ...root, ...decision.state, correctionOf: root.id });
          const after = totalsOf([root, ...corrections]);
          for (const kind of ['goodQuantity', 'scrapQuantity', 'reworkQuantity'] as const) {
            expect(Number(after[kind])).toBeGreaterThanOrEqual(0);
            expect(after[kind]).toBe(decision.ok ? (change[kind] ?? before[kind]) : before[kind]);
          }
        }
      }),
    );
  });
});
