import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { text } from '../fields.ts';
import { operationStepData } from './operation-step.ts';

export const operationResumedData = operationStepData.extend({ reason: text.nullable() });

/** Work on a paused operation goes on, or a finished one was opened again, and then a reason is given. */
export type OperationResumed = z.infer<typeof operationResumedData>;

export const operationResumed = defineEvent({
  name: 'OperationResumed',
  routingKey: 'mes.operation.resumed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: operationResumedData,
});
