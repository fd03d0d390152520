import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import { answerRequest, bookRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Fact } from '@enghub/event-contracts/fact';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { operationBlockers, type Blocker } from '../readiness/commands.ts';
import { recordStale } from '../report-conflicts/commands.ts';
import { findStationsByCode } from '../stations/commands.ts';
import { isLabel, isNote } from '../text-rules.ts';
import {
  findOperations,
  insertOperation,
  insertRepetition,
  leaveOut,
  limitFor,
  loadForChange,
  operationsOf,
  type ChangedOperations,
  type Operation,
  type OperationChangeRefusal,
  type OrderWithPolicies,
  type WhyChanged,
} from '../work-orders/commands.ts';
import * as store from './store.ts';

type Optional<Value> = Value | null | undefined;

export type Refusal = Readonly<{
  code:
    | OperationChangeRefusal
    | 'BAD_REQUEST_ID'
    | 'REQUEST_ID_REUSED'
    | 'NOT_FOUND'
    | 'STALE_VERSION'
    | 'REASON_REQUIRED'
    | 'STATION_NOT_FOUND'
    | 'STATION_RETIRED'
    | 'BLOCKED';
  blockers?: readonly Blocker[];
}>;

type Answer = Readonly<{ workOrderId: string; operationId: string; replayed: boolean }>;
export type Outcome = Decision<Answer, never, Refusal>;

type About = Readonly<{ id: string; version: number; reason: string }>;

export type AddInput = About &
  Readonly<{
    requestId: string;
    afterOperationId: string;
    name: string;
    stationCode?: Optional<string>;
    setupSeconds?: Optional<string>;
    runSecondsPerPiece?: Optional<string>;
    runSecondsPerBatch?: Optional<string>;
    batchQuantity?: Optional<string>;
    equipmentClass?: Optional<string>;
    requiredSkills?: Optional<readonly string[]>;
  }>;

export const addOperation = (input: AddInput, context: Context): Promise<Outcome> =>
  once('addOperation', input, context, (tx, order, operations, why) => addTo(tx, input, order, operations, why));

async function addTo(
  tx: Db,
  input: AddInput,
  order: OrderWithPolicies,
  operations: readonly Operation[],
  why: WhyChanged,
): Promise<Decided> {
  const { stationCode } = input;
  const [station] =
    stationCode != null && isLabel(stationCode) ? await findStationsByCode(tx, order.factoryId, [stationCode]) : [];
  if (stationCode != null && !station) return refuse('STATION_NOT_FOUND');
  if (station?.retiredAt) return refuse('STATION_RETIRED');
  const wanted = {
    name: input.name,
    stationId: station?.id ?? null,
    setupSeconds: input.setupSeconds ?? null,
    runSecondsPerPiece: input.runSecondsPerPiece ?? null,
    runSecondsPerBatch: input.runSecondsPerBatch ?? null,
    batchQuantity: input.batchQuantity ?? null,
    equipmentClass: input.equipmentClass ?? null,
    requiredSkills: input.requiredSkills ?? [],
  };
  const place = { id: newId(), afterId: input.afterOperationId, limit: await limitFor(tx, order) };
  return insertOperation(order, operations, place, wanted, why);
}

export type RepeatInput = About &
  Readonly<{ requestId: string; operationId: string; afterOperationId?: Optional<string> }>;

export const repeatOperation = (input: RepeatInput, context: Context): Promise<Outcome> =>
  once('repeatOperation', input, context, async (tx, order, operations, why) => {
    const afterId = input.afterOperationId ?? input.operationId;
    const place = { id: newId(), afterId, repeatedId: input.operationId, limit: await limitFor(tx, order) };
    return insertRepetition(order, operations, place, why);
  });

export type SkipInput = Readonly<{ operationId: string; version: number; reason: string }>;

/** `version` is the order's, as with every change of its operations. */
export async function skipOperation(input: SkipInput, context: Context): Promise<Outcome> {
  if (!isReason(input.reason)) return refusing('REASON_REQUIRED');
  return context.transaction(async (tx) => {
    const [known] = isId(input.operationId) ? await findOperations(tx, [input.operationId]) : [];
    if (!known) return refusing('OPERATION_NOT_FOUND');
    const about = { id: known.workOrderId, version: input.version, reason: input.reason, operationId: known.id };
    return change(tx, context, 'skipOperation', about, async (order, operations, why) => {
      const decision = leaveOut(order, operations, known.id, why);
      if (!decision.ok) return decision;
      const blockers = await operationBlockers(tx, { order, operation: known }, 'SKIP', null, context);
      return blockers.length > 0 ? refuse({ code: 'BLOCKED', blockers }) : decision;
    });
  });
}

type Decided = Decision<ChangedOperations, Fact, Refusal['code'] | Refusal>;
type Decide = (order: OrderWithPolicies, operations: readonly Operation[], why: WhyChanged) => Promise<Decided>;
type DecideIn = (tx: Db, ...rest: Parameters<Decide>) => Promise<Decided>;

const refusing = (refusal: Refusal['code'] | Refusal) =>
  refuse(typeof refusal === 'string' ? { code: refusal } : refusal);

const isReason = (text: string): boolean => text.trim() !== '' && isNote(text);

/** A request that was answered is answered the same again; one that was refused leaves no trace. */
async function once(
  command: string,
  { requestId, ...body }: About & Readonly<{ requestId: string }>,
  context: Context,
  decide: DecideIn,
): Promise<Outcome> {
  if (!isLabel(requestId)) return refusing('BAD_REQUEST_ID');
  if (!isReason(body.reason)) return refusing('REASON_REQUIRED');
  return context.transaction(async (tx) => {
    const booked = await bookRequest<Omit<Answer, 'replayed'>>(tx, context.claims, { requestId, command, body });
    if (booked.kind === 'reused') return refusing('REQUEST_ID_REUSED');
    if (booked.kind === 'replayed') {
      return { ok: true, state: { ...booked.answer, replayed: true }, events: [] };
    }
    const { id, version, reason } = body;
    const about = { id, version, reason, requestId };
    const outcome = await change(tx, context, command, about, (...rest) => decide(tx, ...rest));
    if (!outcome.ok) {
      await forgetRequest(tx, context.claims, requestId);
      return outcome;
    }
    const { workOrderId, operationId } = outcome.state;
    await answerRequest(tx, context.claims, requestId, { workOrderId, operationId });
    return outcome;
  });
}

async function change(
  tx: Db,
  context: Context,
  command: string,
  { id, version, reason, ...named }: About & Readonly<{ operationId?: string; requestId?: string }>,
  decide: Decide,
): Promise<Outcome> {
  const { claims, now } = context;
  const order = await loadForChange(tx, id);
  if (!order) return refusing('NOT_FOUND');
  if (order.version !== version) {
    recordStale(context, order, named);
    return refusing('STALE_VERSION');
  }
  const before = await operationsOf(tx, order.id);
  const decision = await decide(order, before, { reason, by: claims.userId, at: now() });
  if (!decision.ok) return refusing(decision.refusal);

  const { operation, operations } = decision.state;
  const { factoryId } = order;
  if (!(await store.saveChange(tx, { tenantId: claims.tenantId, factoryId }, before, decision.state, newId()))) {
    return refusing('STALE_VERSION');
  }
  if (decision.state.change.kind === 'SKIPPED') {
    const first = operations.find(({ status }) => status !== 'SKIPPED')!;
    if (operation.sequence < first.sequence) await store.moveMaterials(tx, operation, first);
  }
  for (const after of operations) {
    const was = before.find((one) => one.id === after.id) ?? null;
    if (was === after) continue;
    const about = { command, factoryId, entity: 'WorkOrderOperation', entityId: after.id, reason };
    await audit(tx, context, { ...about, before: was, after });
  }
  await publish(tx, context, { factoryId, aggregateId: order.id }, decision.events);
  return { ok: true, state: { workOrderId: order.id, operationId: operation.id, replayed: false }, events: [] };
}
