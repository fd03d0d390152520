/** What may be reported. Pure: the caller brings the clock, the plant's calendar and what the rows hold. */
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';

export type ProductionReport = Readonly<{
  id: string;
  workOrderId: string;
  operationId: string;
  stationId: string | null;
  operatorId: string;
  reportedBy: string;
  goodQuantity: string;
  scrapQuantity: string;
  scrapReason: string | null;
  /** Pieces worked on again here: they are also counted as good or scrap once that is done. */
  reworkQuantity: string;
  sentBackQuantity: string;
  /** The earlier operation that they go through again. */
  sentBackTo: string | null;
  counterFrom: string | null;
  counterTo: string | null;
  startedAt: Date | null;
  endedAt: Date;
  shiftDate: string;
  shift: string;
  recordedAt: Date;
  /** A correction's quantities are changes, and may be below zero. */
  correctionOf: string | null;
  correctionReason: string | null;
  warnings: readonly ReportWarning[];
}>;

export type WarningCode =
  'OVER_LIMIT' | 'MORE_THAN_PREDECESSOR' | 'SUCCESSOR_USED_MORE' | 'OVERLAPPING_TIME' | 'OVER_CAPACITY';

/** What the plant's policies let pass. */
export type ReportWarning = Readonly<{ code: WarningCode; limit: string; actual: string }>;

export type TimeEventKind = 'SETUP' | 'RUN' | 'BREAK';

export type TimeEvent = Readonly<{
  id: string;
  kind: TimeEventKind;
  stationId: string;
  workOrderId: string | null;
  operationId: string | null;
  operatorId: string;
  startedAt: Date;
  endedAt: Date;
  shiftDate: string;
  shift: string;
}>;

/** What never changes about an operation once its order exists. */
export type OperationFacts = Readonly<{
  operationId: string;
  sequence: number;
  name: string;
  stationId: string | null;
  runSecondsPerPiece: string | null;
  workOrderId: string;
  workOrderNumber: string;
  productId: string;
  unit: string;
  factoryId: string;
}>;

export type Occurrence = Readonly<{ shiftDate: string; name: string; startsAt: Date; endsAt: Date }>;

export type Quantities = Pick<
  ProductionReport,
  'goodQuantity' | 'scrapQuantity' | 'scrapReason' | 'reworkQuantity' | 'sentBackQuantity' | 'sentBackTo'
>;
type Work = Readonly<{ operatorId: string; startedAt: Date | null; endedAt: Date }>;
export type IntervalRefusal = 'BAD_OPERATOR' | 'BAD_INTERVAL' | 'IN_THE_FUTURE' | 'TOO_OLD';
export type QuantityRefusal =
  'NEGATIVE_QUANTITY' | 'NOTHING_REPORTED' | 'SCRAP_NEEDS_REASON' | 'SENT_BACK_NEEDS_OPERATION';

const DAY_MS = 24 * 60 * 60 * 1000;
const LONGEST_MS = 7 * DAY_MS;
const CLOCK_SKEW_MS = 5 * 60 * 1000;
const OLDEST_YEARS = 20;
const ZERO = new Decimal(0);

/** Why these quantities cannot be reported, whatever the order; null when they can. */
export function refuseQuantities(report: Quantities): QuantityRefusal | null {
  const { goodQuantity, scrapQuantity, reworkQuantity, sentBackQuantity } = report;
  const quantities = [goodQuantity, scrapQuantity, reworkQuantity, sentBackQuantity].map((it) => new Decimal(it));
  if (quantities.some((it) => it.lt(ZERO))) return 'NEGATIVE_QUANTITY';
  if (quantities.every((it) => it.isZero())) return 'NOTHING_REPORTED';
  return refuseReasons(report);
}

/** What was scrapped needs a reason, and what was sent back a place to go. */
export function refuseReasons(report: Quantities): 'SCRAP_NEEDS_REASON' | 'SENT_BACK_NEEDS_OPERATION' | null {
  const { scrapQuantity, scrapReason, sentBackQuantity, sentBackTo } = report;
  if (scrapReason !== null && !isLabel(scrapReason)) return 'SCRAP_NEEDS_REASON';
  if (scrapReason === null && new Decimal(scrapQuantity).gt(ZERO)) return 'SCRAP_NEEDS_REASON';
  return sentBackTo === null && new Decimal(sentBackQuantity).gt(ZERO) ? 'SENT_BACK_NEEDS_OPERATION' : null;
}

/** Why this work cannot have been done; null when it can. */
export function refuseWork({ operatorId, startedAt, endedAt }: Work, now: Date): IntervalRefusal | null {
  if (!isLabel(operatorId)) return 'BAD_OPERATOR';
  if (startedAt && (startedAt > endedAt || endedAt.getTime() - startedAt.getTime() > LONGEST_MS)) return 'BAD_INTERVAL';
  if (endedAt.getTime() > now.getTime() + CLOCK_SKEW_MS) return 'IN_THE_FUTURE';
  const oldest = new Date(now);
  oldest.setUTCFullYear(oldest.getUTCFullYear() - OLDEST_YEARS);
  return endedAt < oldest ? 'TOO_OLD' : null;
}

/** Which comparison failed, and what the rows held at that moment. */
export type Held = Readonly<{
  check: 'ORDER' | 'BOOKS' | 'OPERATION' | 'LIMIT' | 'PREDECESSOR' | 'SUCCESSOR' | 'SENT_BACK' | 'STATION';
  status: string;
  limit?: string;
  actual?: string;
}>;

export type StateRefusal = Readonly<{
  code:
    | 'ORDER_ON_HOLD'
    | 'ORDER_NOT_IN_PROGRESS'
    | 'BOOKS_CLOSED'
    | 'OPERATION_FINISHED'
    | 'OPERATION_SKIPPED'
    | 'OVER_LIMIT'
    | 'MORE_THAN_PREDECESSOR'
    | 'SUCCESSOR_USED_MORE'
    | 'WRONG_SENT_BACK_OPERATION'
    | 'STATION_OVERLAP';
  limit?: string;
  actual?: string;
}>;

/** Names what the database only compared. */
export function nameRefusal({ check, status, limit, actual }: Held): StateRefusal {
  const figures = {
    ...(limit === undefined ? {} : { limit: new Decimal(limit).toFixed() }),
    ...(actual === undefined ? {} : { actual: new Decimal(actual).toFixed() }),
  };
  switch (check) {
    case 'ORDER':
      return { code: status === 'HELD' ? 'ORDER_ON_HOLD' : 'ORDER_NOT_IN_PROGRESS' };
    case 'BOOKS':
      return { code: 'BOOKS_CLOSED' };
    case 'OPERATION':
      return { code: status === 'SKIPPED' ? 'OPERATION_SKIPPED' : 'OPERATION_FINISHED' };
    case 'LIMIT':
      return { code: 'OVER_LIMIT', ...figures };
    case 'PREDECESSOR':
      return { code: 'MORE_THAN_PREDECESSOR', ...figures };
    case 'SUCCESSOR':
      return { code: 'SUCCESSOR_USED_MORE', ...figures };
    case 'SENT_BACK':
      return { code: 'WRONG_SENT_BACK_OPERATION' };
    case 'STATION':
      return { code: 'STATION_OVERLAP', ...figures };
  }
}

/** Reads "CODE limit actual". */
export function readWarning(text: string): ReportWarning {
  const [code, limit, actual] = text.split(' ');
  return { code: code as WarningCode, limit: limit!, actual: actual! };
}

/** A report or correction that does not count yet. */
export type AwaitingReport = Readonly<{
  id: string;
  factoryId: string;
  status: 'AWAITING' | 'APPROVED' | 'DECLINED';
  cause: 'POLICY' | 'OVER_LIMIT';
  /** As it will count, but for its shift, which is that of the calendar on the day of the approval. */
  report: ProductionReport;
  counter: Readonly<{ id: string; remembered: boolean }> | null;
  createdAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  decisionReason: string | null;
  version: number;
}>;
