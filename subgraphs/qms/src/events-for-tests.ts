/** What MES would publish. */
import { randomUUID } from 'node:crypto';
import { defectReported, type DefectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import {
  productionReportCorrected,
  type ProductionReportCorrected,
} from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { productionReported, type ProductionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { newEvent, type OutboxEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';

type Where = Readonly<{ tenantId?: string; factoryId?: string | null }>;

const about = (aggregateId: string, { tenantId = 'tenant-001', factoryId = 'factory-sh-01' }: Where) => ({
  eventId: randomUUID(),
  tenantId,
  factoryId,
  sourceService: 'mes',
  traceId: 'trace-test',
  at: new Date(),
  aggregateId,
});

export function reportEvent(report: Partial<ProductionReported> = {}, where: Where = {}): OutboxEvent {
  const data: ProductionReported = {
    report_id: newId(),
    work_order_id: newId(),
    work_order_number: '4711',
    operation_id: newId(),
    operation_sequence: 20,
    operation_name: 'Turning',
    product_id: 'PROD-A001',
    good_qty: '10',
    defect_qty: '0',
    rework_qty: '0',
    unit: 'pcs',
    defect_types: [],
    produced_by: 'emp-101',
    reported_by: 'emp-101',
    station_id: null,
    shift_date: '2026-01-05',
    shift: 'day',
    started_at: null,
    ended_at: '2026-01-05T05:59:00Z',
    report_time: '2026-01-05T05:59:00Z',
    standard_run_seconds: null,
    shift_occurrences: [],
    ...report,
  };
  return newEvent(productionReported, data, about(data.work_order_id, where));
}

export function correctionEvent(
  report: OutboxEvent,
  defects: ProductionReportCorrected['defects'],
  change: Partial<ProductionReportCorrected> = {},
): OutboxEvent {
  const corrected = report.envelope.data as ProductionReported;
  const data: ProductionReportCorrected = {
    ...corrected,
    report_id: newId(),
    corrected_report_id: corrected.report_id,
    good_qty: '0',
    defect_qty: '0',
    rework_qty: '0',
    sent_back_qty: '0',
    defects,
    reason: 'miscounted',
    corrected_at: new Date().toISOString(),
    ...change,
  };
  return newEvent(productionReportCorrected, data, about(data.work_order_id, {}));
}

export function defectEvent(defect: Partial<DefectReported> = {}, where: Where = {}): OutboxEvent {
  const data: DefectReported = {
    report_id: newId(),
    work_order_id: newId(),
    work_order_number: '4711',
    operation_id: newId(),
    operation_name: 'Turning',
    product_id: 'PROD-A001',
    defect_type: 'scratch',
    quantity: '1',
    disposition: 'SCRAP',
    station_id: null,
    shift_date: '2026-01-05',
    shift: 'day',
    produced_by: 'emp-101',
    report_time: '2026-01-05T05:59:00Z',
    ...defect,
  };
  return newEvent(defectReported, data, about(data.work_order_id, where));
}

/** The same event in an envelope of its own, as a publisher that lost its memory would send it. */
export const publishedAgain = (event: OutboxEvent): OutboxEvent => ({
  ...event,
  envelope: { ...event.envelope, event_id: randomUUID() },
});
