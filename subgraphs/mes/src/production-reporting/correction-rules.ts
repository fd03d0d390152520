/** Corrections: rows that change what an earlier report counted, never below zero. Pure. */
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isNote } from '../text-rules.ts';
import { refuseReasons, type ProductionReport } from './rules.ts';

export type Totals = Readonly<{
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  sentBackQuantity: string;
}>;

/** The quantities that a report should have had; what is not named stays as it is. */
export type Change = Readonly<{
  goodQuantity: string | null;
  scrapQuantity: string | null;
  reworkQuantity: string | null;
  sentBackQuantity: string | null;
  scrapReason: string | null;
  sentBackTo: string | null;
  reason: string;
  /** What the author of the correction saw. */
  expected: Partial<Totals>;
}>;

export type CorrectionRefusal =
  | 'CORRECTION_NEEDS_REASON'
  | 'NEGATIVE_QUANTITY'
  | 'NOTHING_CHANGED'
  | 'SCRAP_NEEDS_REASON'
  | 'SCRAP_REASON_IS_FIXED'
  | 'SENT_BACK_NEEDS_OPERATION'
  | 'WRONG_SENT_BACK_OPERATION'
  | 'STALE_VERSION';

const kinds = ['goodQuantity', 'scrapQuantity', 'reworkQuantity', 'sentBackQuantity'] as const;

/** What a report and its corrections amount to. */
export function totalsOf(rows: readonly Totals[]): Totals {
  const sum = (kind: keyof Totals) => rows.reduce((total, row) => total.plus(row[kind]), new Decimal(0)).toFixed();
  return {
    goodQuantity: sum('goodQuantity'),
    scrapQuantity: sum('scrapQuantity'),
    reworkQuantity: sum('reworkQuantity'),
    sentBackQuantity: sum('sentBackQuantity'),
  };
}

export type Correction = Totals & Pick<ProductionReport, 'scrapReason' | 'sentBackTo'>;

/** The row that brings a report, with the corrections it already has, to the wanted quantities. */
export function correct(
  root: ProductionReport,
  corrections: readonly ProductionReport[],
  change: Change,
): Decision<Correction, never, CorrectionRefusal> {
  const rows = [root, ...corrections];
  const now = totalsOf(rows);
  if (change.reason.trim() === '' || !isNote(change.reason)) return refuse('CORRECTION_NEEDS_REASON');
  const differs = (kind: keyof Totals) => change.expected[kind] != null && !same(change.expected[kind], now[kind]);
  if (kinds.some(differs)) return refuse('STALE_VERSION');

  const wanted: Totals = {
    goodQuantity: change.goodQuantity ?? now.goodQuantity,
    scrapQuantity: change.scrapQuantity ?? now.scrapQuantity,
    reworkQuantity: change.reworkQuantity ?? now.reworkQuantity,
    sentBackQuantity: change.sentBackQuantity ?? now.sentBackQuantity,
  };
  if (kinds.some((kind) => new Decimal(wanted[kind]).lt(0))) return refuse('NEGATIVE_QUANTITY');
  if (kinds.every((kind) => same(wanted[kind], now[kind]))) return refuse('NOTHING_CHANGED');

  const reason = rows.find(({ scrapReason }) => scrapReason !== null)?.scrapReason ?? null;
  if (reason !== null && change.scrapReason !== null && change.scrapReason !== reason) {
    return refuse('SCRAP_REASON_IS_FIXED');
  }
  const sentBackTo = rows.find((row) => row.sentBackTo !== null)?.sentBackTo ?? null;
  if (sentBackTo !== null && change.sentBackTo !== null && change.sentBackTo !== sentBackTo) {
    return refuse('WRONG_SENT_BACK_OPERATION');
  }
  const about = { scrapReason: reason ?? change.scrapReason, sentBackTo: sentBackTo ?? change.sentBackTo };
  const wrong = refuseReasons({ ...wanted, ...about });
  if (wrong) return refuse(wrong);

  const by = (kind: keyof Totals) => new Decimal(wanted[kind]).minus(now[kind]).toFixed();
  return {
    ok: true,
    state: {
      ...about,
      goodQuantity: by('goodQuantity'),
      scrapQuantity: by('scrapQuantity'),
      reworkQuantity: by('reworkQuantity'),
      sentBackQuantity: by('sentBackQuantity'),
    },
    events: [],
  };
}

const same = (one: string, other: string): boolean => new Decimal(one).eq(other);
