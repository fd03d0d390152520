/** What the world hears of reports, corrections and time events. Pure. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { defectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { timeEventRecorded } from '@enghub/event-contracts/mes/time-event-recorded.v1';
import { Decimal } from 'decimal.js';
import type { Occurrence, OperationFacts, ProductionReport, TimeEvent } from './rules.ts';

/** The report itself, and each kind of fault that it counted. */
export function reportFacts(report: ProductionReport, about: OperationFacts, touched: readonly Occurrence[]): Fact[] {
  const defects = defectsOf(report);
  const shared = sharedData(report, about);
  return [
    fact(productionReported, {
      ...shared,
      ...quantities(report, about, touched),
      defect_types: [...new Set(defects.map(({ defect_type }) => defect_type))],
    }),
    ...defects.map((defect) => fact(defectReported, { ...shared, ...defect })),
  ];
}

/** A correction tells its defects itself: they may be below zero. */
export function correctionFacts(
  correction: ProductionReport,
  about: OperationFacts,
  touched: readonly Occurrence[],
): Fact[] {
  const defects = defectsOf(correction);
  return [
    fact(productionReportCorrected, {
      ...sharedData(correction, about),
      ...quantities(correction, about, touched),
      corrected_report_id: correction.correctionOf!,
      sent_back_qty: correction.sentBackQuantity,
      defect_types: [...new Set(defects.map(({ defect_type }) => defect_type))],
      defects,
      reason: correction.correctionReason!,
      corrected_at: correction.recordedAt.toISOString(),
    }),
  ];
}

const sharedData = (report: ProductionReport, about: OperationFacts) => ({
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
});

const quantities = (report: ProductionReport, about: OperationFacts, touched: readonly Occurrence[]) => ({
  operation_sequence: about.sequence,
  good_qty: report.goodQuantity,
  defect_qty: report.scrapQuantity,
  rework_qty: report.reworkQuantity,
  unit: about.unit,
  reported_by: report.reportedBy,
  started_at: report.startedAt?.toISOString() ?? null,
  ended_at: report.endedAt.toISOString(),
  standard_run_seconds: about.runSecondsPerPiece,
  shift_occurrences: touched.map(occurrenceData),
});

function defectsOf({ scrapQuantity, scrapReason, reworkQuantity }: ProductionReport) {
  const scrap = { defect_type: scrapReason ?? 'SCRAP', quantity: scrapQuantity, disposition: 'SCRAP' as const };
  const rework = { defect_type: scrapReason ?? 'REWORK', quantity: reworkQuantity, disposition: 'REWORK' as const };
  return [scrap, rework].filter(({ quantity }) => !new Decimal(quantity).isZero());
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
