/** When inspections come to be, and how they end. Pure: the caller brings the clock, the ids and the data. */
import type { ProductionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import type { InspectionCompleted } from '@enghub/event-contracts/qms/inspection-completed.v1';
import type { InspectionCreated } from '@enghub/event-contracts/qms/inspection-created.v1';
import { accept, refuse, type Accepted, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';

export type Inspection = Readonly<{
  id: string;
  factoryId: string;
  number: string;
  type: 'IQC' | 'IPQC' | 'FQC';
  status: 'OPEN' | 'COMPLETED';
  result: InspectionResult | null;
  workOrderId: string;
  operationId: string;
  operationName: string;
  productId: string;
  productionReportId: string;
  sampleSize: number | null;
  defectiveCount: number | null;
  note: string | null;
  inspectorId: string | null;
  createdAt: Date;
  completedAt: Date | null;
  version: number;
}>;

export type InspectionResult = 'PASS' | 'FAIL';

type Plan = Readonly<{ trigger: 'EVERY_REPORT' | 'EVERY_N_PIECES'; everyPieces: string | null }>;

/** The good pieces of an operation with the report in hand, and how often it was inspected before. */
export type Tally = Readonly<{ goodQuantity: string; inspectionCount: number }>;

/** Whether a report makes an inspection due: at most one, however many multiples its pieces pass at once. */
export function isDue(plan: Plan, reported: string, total: string): boolean {
  if (plan.trigger === 'EVERY_REPORT') return true;
  if (plan.everyPieces === null) return false;
  const passed = (pieces: Decimal) => pieces.div(plan.everyPieces!).floor();
  return passed(new Decimal(total)).gt(passed(new Decimal(total).minus(reported)));
}

/** Opens the inspection that a report makes due by the plan, or gives null. */
export function inspect(
  report: ProductionReported,
  plan: Plan,
  tally: Tally,
  made: Readonly<{ id: string; factoryId: string; at: Date }>,
): Accepted<Inspection, InspectionCreated> | null {
  if (!isDue(plan, report.good_qty, tally.goodQuantity)) return null;

  const number = `${report.work_order_number}-${report.operation_sequence}-${tally.inspectionCount + 1}`;
  const inspection: Inspection = {
    id: made.id,
    factoryId: made.factoryId,
    number,
    type: 'IPQC',
    status: 'OPEN',
    result: null,
    workOrderId: report.work_order_id,
    operationId: report.operation_id,
    operationName: report.operation_name,
    productId: report.product_id,
    productionReportId: report.report_id,
    sampleSize: null,
    defectiveCount: null,
    note: null,
    inspectorId: null,
    createdAt: made.at,
    completedAt: null,
    version: 1,
  };
  return accept(inspection, {
    inspection_id: made.id,
    number,
    kind: 'IPQC',
    work_order_id: report.work_order_id,
    operation_id: report.operation_id,
    product_id: report.product_id,
    lot_quantity: report.good_qty,
    sample_size: null,
    at: made.at.toISOString(),
  });
}

/** What an inspector found. */
export type Findings = Readonly<{
  result: InspectionResult;
  sampleSize: number;
  defectiveCount: number;
  note: string | null;
}>;

export type RecordRefusal = 'ALREADY_COMPLETED' | 'BAD_COUNT' | 'FAIL_NEEDS_DEFECTS' | 'NOTE_TOO_LONG';

export const MAX_NOTE = 2_000;

/** Ends an open inspection. A sample may pass with defective pieces: how many are too many is the inspector's call. */
export function record(
  inspection: Inspection,
  findings: Findings,
  by: Readonly<{ inspectorId: string; at: Date }>,
): Decision<Inspection, InspectionCompleted, RecordRefusal> {
  const { result, sampleSize, defectiveCount, note } = findings;
  if (inspection.status === 'COMPLETED') return refuse('ALREADY_COMPLETED');
  if (sampleSize < 1 || defectiveCount < 0 || defectiveCount > sampleSize) return refuse('BAD_COUNT');
  if (result === 'FAIL' && defectiveCount === 0) return refuse('FAIL_NEEDS_DEFECTS');
  if (note !== null && note.length > MAX_NOTE) return refuse('NOTE_TOO_LONG');

  return accept(
    { ...inspection, ...findings, status: 'COMPLETED', inspectorId: by.inspectorId, completedAt: by.at },
    {
      inspection_id: inspection.id,
      number: inspection.number,
      kind: inspection.type,
      work_order_id: inspection.workOrderId,
      operation_id: inspection.operationId,
      product_id: inspection.productId,
      result: result === 'PASS' ? 'PASSED' : 'FAILED',
      inspected_qty: String(sampleSize),
      defect_qty: String(defectiveCount),
      at: by.at.toISOString(),
      by: by.inspectorId,
    },
  );
}
