import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';
import { productionReportedData } from './production-report-reported.v1.ts';

/** A decimal as text that may be below zero: by how much a quantity changed. */
const change = z.string().regex(/^-?\d{1,18}(\.\d{1,10})?$/, 'must be a decimal written as text');

export const productionReportCorrectedData = productionReportedData.extend({
  report_id: id.describe('The correction itself, a row of its own'),
  corrected_report_id: id.describe('The report whose quantities it changes'),
  good_qty: change.describe('By how much; below zero takes pieces away, as in the other quantities'),
  defect_qty: change,
  rework_qty: change,
  sent_back_qty: change,
  defects: z
    .array(z.object({ defect_type: id, disposition: z.literal(['SCRAP', 'REWORK']), quantity: change }))
    .describe('The change of each kind of defect'),
  reason: text,
  corrected_at: instant,
});

/** Somebody corrected a report: a new row of signed quantities, at the time and in the shift of the corrected one. */
export type ProductionReportCorrected = z.infer<typeof productionReportCorrectedData>;

export const productionReportCorrected = defineEvent({
  name: 'ProductionReportCorrected',
  routingKey: 'mes.production-report.corrected.v1',
  version: '1.0',
  data: productionReportCorrectedData,
});
