import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant, quantity } from '../fields.ts';

export const defectReportedData = z.object({
  report_id: id,
  work_order_id: id,
  work_order_number: id,
  operation_id: id,
  operation_name: z.string(),
  product_id: id,
  defect_type: id,
  quantity,
  disposition: z.literal(['SCRAP', 'REWORK']),
  station_id: id.nullable(),
  shift_date: day,
  shift: id,
  produced_by: id,
  report_time: instant,
});

/** A production report counted pieces with a fault; one event per defect type of the report. */
export type DefectReported = z.infer<typeof defectReportedData>;

export const defectReported = defineEvent({
  name: 'DefectReported',
  routingKey: 'mes.defect.reported.v1',
  version: '1.0',
  data: defectReportedData,
});
