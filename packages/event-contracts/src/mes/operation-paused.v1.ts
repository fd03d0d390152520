import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { operationStepData } from './operation-step.ts';

export const operationPausedData = operationStepData;

/** Nobody works on the operation any more, for now. */
export type OperationPaused = z.infer<typeof operationPausedData>;

export const operationPaused = defineEvent({
  name: 'OperationPaused',
  routingKey: 'mes.operation.paused.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: operationPausedData,
});
