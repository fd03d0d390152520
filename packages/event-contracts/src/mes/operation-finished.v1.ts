import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { quantity } from '../fields.ts';
import { operationStepData } from './operation-step.ts';

export const operationFinishedData = operationStepData.extend({
  good_qty: quantity,
  scrap_qty: quantity,
  rework_qty: quantity,
});

/** No more will be made at the operation. */
export type OperationFinished = z.infer<typeof operationFinishedData>;

export const operationFinished = defineEvent({
  name: 'OperationFinished',
  routingKey: 'mes.operation.finished.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: operationFinishedData,
});
