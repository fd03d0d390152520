/** What may be reported. Pure: the caller brings the clock, the plant's calendar and what the rows hold. */
import { defectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { timeEventRecorded } from '@enghub/event-contracts/mes/time-event-recorded.v1';
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
  reworkQuantity: string;
  startedAt: Date | null;
  endedAt: Date;
  shiftDate: string;
  shift: string;
  recordedAt: Date;
}>;

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

type Quantities = Pick<ProductionReport, 'goodQuantity' | 'scrapQuantity' | 'scrapReason' | 'reworkQuantity'>;
type Work = Readonly<{ operatorId: string; startedAt: Date | null; endedAt: Date }>;
export type IntervalRefusal = 'BAD_OPERATOR' | 'BAD_INTERVAL' | 'IN_THE_FUTURE' | 'TOO_OLD';
export type QuantityRefusal = 'NEGATIVE_QUANTITY' | 'NOTHING_REPORTED' | 'SCRAP_NEEDS_REASON';

const DAY_MS = 24 * 60 * 60 * 1000;
const LONGEST_MS = 7 * DAY_MS;
const CLOCK_SKEW_MS = 5 * 60 * 1000;
const OLDEST_YEARS = 20;
const ZERO = new Decimal(0);

/** Why these quantities cannot be reported, whatever the order; null when they can. */
export function refuseQuantities(report: Quantities): QuantityRefusal | null {
  const good = new Decimal(report.goodQuantity);
  const scrap = new Decimal(report.scrapQuantity);
  const rework = new Decimal(report.reworkQuantity);
  if (good.lt(ZERO) || scrap.lt(ZERO) || rework.lt(ZERO)) return 'NEGATIVE_QUANTITY';
  if (good.isZero() && scrap.isZero() && rework.isZero()) return 'NOTHING_REPORTED';
  const reason = report.scrapReason;
  if (reason !== null && !isLabel(reason)) return 'SCRAP_NEEDS_REASON';
  return scrap.gt(ZERO) && reason === null ? 'SCRAP_NEEDS_REASON' : null;
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

export type StateRefusal = Readonly<
  { code: 'ORDER_ON_HOLD' | 'ORDER_NOT_IN_PROGRESS' } | { code: 'OVER_LIMIT'; limit: string; actual: string }
>;

/** Names what the database only compared: `held` is what the rows held at that moment. */
export function nameRefusal(
  report: Pick<ProductionReport, 'goodQuantity'>,
  held: { status: string; good: string; limit: string },
): StateRefusal {
  if (held.status === 'HELD') return { code: 'ORDER_ON_HOLD' };
  if (held.status !== 'IN_PROGRESS') return { code: 'ORDER_NOT_IN_PROGRESS' };
  const actual = new Decimal(held.good).plus(report.goodQuantity).toFixed();
  return { code: 'OVER_LIMIT', limit: new Decimal(held.limit).toFixed(), actual };
}

/** What the world hears of a report: the report itself, and each kind of fault that it counted. */
export function reportFacts(report: ProductionReport, about: OperationFacts, touched: readonly Occurrence[]): Fact[] {
  const scrapped = new Decimal(report.scrapQuantity).gt(ZERO);
  const reworked = new Decimal(report.reworkQuantity).gt(ZERO);
  const shared = {
    report_id: report.id,
    work_order_id: about.workOrderId,
    work_order_number: about.workOrderNumber,
    operation_id: about.operationId,
    operation_name: about.name,
    product_id: about.productId,
    station_id: report.stationId,
    shift_date: report.shiftDate,
    shift: report.shift,
    produced_by: report.operatorId,
    report_time: report.endedAt.toISOString(),
  };
  const scrapType = report.scrapReason ?? 'SCRAP';
  const reworkType = report.scrapReason ?? 'REWORK';
  const defects = [
    ...(scrapped ? [{ defect_type: scrapType, quantity: report.scrapQuantity, disposition: 'SCRAP' as const }] : []),
    ...(reworked ? [{ defect_type: reworkType, quantity: report.reworkQuantity, disposition: 'REWORK' as const }] : []),
  ];
  return [
    fact(productionReported, {
      ...shared,
      operation_sequence: about.sequence,
      good_qty: report.goodQuantity,
      defect_qty: report.scrapQuantity,
      rework_qty: report.reworkQuantity,
      unit: about.unit,
      defect_types: [...new Set(defects.map(({ defect_type }) => defect_type))],
      reported_by: report.reportedBy,
      started_at: report.startedAt?.toISOString() ?? null,
      ended_at: report.endedAt.toISOString(),
      standard_run_seconds: about.runSecondsPerPiece,
      shift_occurrences: touched.map(occurrenceData),
    }),
    ...defects.map((defect) => fact(defectReported, { ...shared, ...defect })),
  ];
}

export function timeEventFact(event: TimeEvent, touched: readonly Occurrence[]): Fact {
  return fact(timeEventRecorded, {
    time_event_id: event.id,
    work_order_id: event.workOrderId,
    operation_id: event.operationId,
    kind: event.kind,
    station_id: event.stationId,
    operator_id: event.operatorId,
    started_at: event.startedAt.toISOString(),
    ended_at: event.endedAt.toISOString(),
    shift_date: event.shiftDate,
    shift: event.shift,
    shift_occurrences: touched.map(occurrenceData),
  });
}

const occurrenceData = ({ shiftDate, name, startsAt, endsAt }: Occurrence) => ({
  shift_date: shiftDate,
  shift: name,
  starts_at: startsAt.toISOString(),
  ends_at: endsAt.toISOString(),
});
