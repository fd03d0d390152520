import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { operationStepData } from './operation-step.ts';

export const operationStartedData = operationStepData;

/** The first job on an operation began. */
export type OperationStarted = z.infer<typeof operationStartedData>;

export const operationStarted = defineEvent({
  name: 'OperationStarted',
  routingKey: 'mes.operation.started.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: operationStartedData,
});
