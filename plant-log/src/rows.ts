/** Sends what one row of the log says and tells what became of it. */
import { isGraphFailure, type GraphClient } from './graph-client.ts';
import { operations, type Order, type Refusal } from './operations.ts';
import type { RowStep } from './plan.ts';
import { people } from './plant.ts';

/**
 * A row is accepted when all of it is; `known` says that an earlier run had sent it. A refused row may have left its
 * time behind (`kept`). An unsent row met no answer: it can be sent again.
 */
export type RowOutcome = Readonly<{ line: number; workOrder: string; operation: string; key: string }> &
  (
    | Readonly<{ kind: 'new' | 'known' }>
    | Readonly<{ kind: 'refused'; code: string; message: string; kept?: string }>
    | Readonly<{ kind: 'unsent'; code: string; message: string }>
  );

export const nameOf = ({ row, key }: RowStep) => ({
  line: row.line,
  workOrder: row.work_order,
  operation: row.operation,
  key,
});

export const refusedRow = (step: RowStep, { code, message }: Refusal, kept?: string): RowOutcome => ({
  ...nameOf(step),
  kind: 'refused',
  code,
  message,
  ...(kept ? { kept } : {}),
});

export const unsentRow = (step: RowStep, code: string, message: string): RowOutcome => ({
  ...nameOf(step),
  kind: 'unsent',
  code,
  message,
});

export type SendingContext = Readonly<{ client: GraphClient; stations: ReadonlyMap<string, string> }>;

export async function sendRow({ client, stations }: SendingContext, order: Order, step: RowStep): Promise<RowOutcome> {
  const operationId = order.operations.find(({ name }) => name === step.row.operation)?.id;
  if (operationId === undefined) {
    const message = `Order ${order.number} has no operation ${step.row.operation}.`;
    return refusedRow(step, { code: 'OPERATION_NOT_FOUND', message });
  }
  const place = { operationId, stationId: stations.get(step.stationCode), operatorId: step.row.worker };
  const endedAt = step.endedAt.toISOString();
  const startedAt = step.startedAt.toISOString();
  let known = true;
  try {
    const user = await client.signedIn(step.row.worker, people.standIn);
    if (step.time) {
      const input = { requestId: `${step.requestId}:time`, ...place, kind: step.time.kind, startedAt, endedAt };
      const verdict = await client.call(operations.recordTimeEvent, { input }, user);
      if (!verdict.ok) return refusedRow(step, verdict.refusal);
      known &&= verdict.payload.replayed;
    }
    if (step.pieces) {
      const { withStart, ...quantities } = step.pieces;
      const interval = withStart ? { startedAt, endedAt } : { endedAt };
      const input = { requestId: step.requestId, ...place, ...quantities, ...interval };
      const verdict = await client.call(operations.reportProduction, { input }, user);
      if (!verdict.ok) return refusedRow(step, verdict.refusal, step.time ? `the ${step.time.kind} time` : undefined);
      known &&= verdict.payload.replayed;
    }
  } catch (error) {
    if (!isGraphFailure(error)) throw error;
    return unsentRow(step, error.code, error.message);
  }
  return { ...nameOf(step), kind: known ? 'known' : 'new' };
}
