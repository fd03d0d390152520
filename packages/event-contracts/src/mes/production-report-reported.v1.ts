import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant, quantity, shiftOccurrence } from '../fields.ts';

export const productionReportedData = z.object({
  report_id: id,
  work_order_id: id,
  work_order_number: id,
  operation_id: id,
  operation_sequence: z.int(),
  operation_name: z.string(),
  product_id: id,
  good_qty: quantity,
  defect_qty: quantity,
  rework_qty: quantity,
  unit: id,
  defect_types: z.array(id),
  produced_by: id,
  reported_by: id,
  station_id: id.nullable(),
  shift_date: day,
  shift: id,
  started_at: instant.nullable(),
  ended_at: instant,
  report_time: instant,
  standard_run_seconds: quantity.nullable().describe('Planned seconds per piece, as the routing said at release'),
  shift_occurrences: z.array(shiftOccurrence).describe('Every shift that the reported interval touches'),
});

/** Somebody at a station reported what an operation yielded. A report is never rewritten. */
export type ProductionReported = z.infer<typeof productionReportedData>;

export const productionReported = defineEvent({
  name: 'ProductionReported',
  routingKey: 'mes.production-report.reported.v1',
  version: '1.0',
  data: productionReportedData,
});
