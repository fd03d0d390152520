import type { Fact } from '@enghub/event-contracts/fact';
import type { Decision } from '@enghub/subgraph-kit/decision';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { beginJob, endJobs, findRunning, operatorOf, type Job, type JobKind } from '../labour/commands.ts';
import { once } from '../once.ts';
import { isNote } from '../text-rules.ts';
import { startIfReleased } from '../work-orders/commands.ts';
import { blockersOf, load, refusing, save, stale, type DispatchRefusal, type Loaded, type Outcome } from './change.ts';
import * as rules from './rules.ts';
import type { Dispatched } from './rules.ts';

export type StartInput = Readonly<{
  requestId: string;
  operationId: string;
  stationId?: string | null | undefined;
  operatorId?: string | null | undefined;
  kind: JobKind;
}>;

type Started = Readonly<{ operationId: string; jobId: string }>;
type Changed = Readonly<{ operationId: string }>;
type Answered<Answer> = Readonly<{ answer: Answer; replayed: boolean }>;

export const startOperation = (input: StartInput, context: Context): Promise<Outcome<Answered<Started>>> =>
  begin('startOperation', input, context);

export const resumeOperation = (input: StartInput, context: Context): Promise<Outcome<Answered<Started>>> =>
  begin('resumeOperation', input, context);

/** Begins a job. A released order starts with its first one, in the same transaction. */
function begin(command: 'startOperation' | 'resumeOperation', input: StartInput, context: Context) {
  const { requestId, ...body } = input;
  return once<Started, DispatchRefusal>({ requestId, command, body }, context, async (tx) => {
    const { claims, now } = context;
    const loaded = await load(tx, input.operationId);
    if (!loaded) return refusing('OPERATION_NOT_FOUND');
    const { order, operation } = loaded;
    const operator = operatorOf(input.kind, input.operatorId, claims.userId);
    if (!operator.ok) return refusing(operator.refusal);
    const place = await placeOf(context, loaded, input.stationId ?? operation.stationId);
    if (!place.ok) return place;
    const stationId = place.state;
    const [decide, action] =
      command === 'startOperation' ? [rules.start, 'START' as const] : [rules.resume, 'RESUME' as const];
    const decision = decide(operation, order.status, stationId, claims.userId, now());
    if (!decision.ok) return refusing(decision.refusal);
    const running = await findRunning(tx, [operation.id]);
    if (running.some((job) => isSame(job, operator.state, stationId))) return refusing('ALREADY_RUNNING');

    const who = { operatorId: operator.state ?? claims.userId, stationId };
    const blockers = await blockersOf(tx, context, loaded, action, who);
    if (blockers.length > 0) return refusing('BLOCKED', blockers);
    const started = await startIfReleased(tx, context, order);
    if (!started.ok) {
      const { blockers: inTheWay } = started.refusal;
      return inTheWay ? refusing('BLOCKED', inTheWay) : refusing('ORDER_NOT_RUNNING');
    }
    const about = { factoryId: order.factoryId, workOrderId: order.id, operationId: operation.id, stationId };
    const job = await beginJob(tx, context, { ...about, kind: input.kind, operatorId: operator.state });
    if (!(await save(tx, context, loaded, { command, decision, began: job }))) throw moved(operation);
    return { ok: true, state: { operationId: operation.id, jobId: job.id }, events: [] };
  });
}

const isSame = (job: Job, operatorId: string | null, stationId: string): boolean =>
  job.operatorId === operatorId && (operatorId !== null || job.stationId === stationId);

/** Commands hold the order's lock and reports do not move versions, so this is an accident and the work is undone. */
const moved = ({ id }: Dispatched): Error => new Error(`operation ${id} was moved under the lock of its order`);

async function placeOf(
  { loaders }: Context,
  { order, operation }: Loaded,
  stationId: string | null,
): Promise<Outcome<string>> {
  const station = stationId === null ? null : await loaders.station.load(stationId);
  if (!station || station.factoryId !== order.factoryId) return refusing('STATION_NOT_FOUND');
  if (station.retiredAt) return refusing('STATION_RETIRED');
  const planned = operation.stationId === null ? null : await loaders.station.load(operation.stationId);
  if (!rules.fits(operation, station, planned, order.factoryId)) return refusing('WRONG_EQUIPMENT_CLASS');
  return { ok: true, state: station.id, events: [] };
}

export function pauseOperation(
  input: Readonly<{ requestId: string; operationId: string; operatorId?: string | null | undefined }>,
  context: Context,
): Promise<Outcome<Answered<Changed>>> {
  const { requestId, ...body } = input;
  const command = 'pauseOperation';
  return once<Changed, DispatchRefusal>({ requestId, command, body }, context, async (tx) => {
    const { claims, now } = context;
    const loaded = await load(tx, input.operationId);
    if (!loaded) return refusing('OPERATION_NOT_FOUND');
    const { order, operation } = loaded;
    const running = await findRunning(tx, [operation.id]);
    const ended = running.filter((job) => input.operatorId == null || job.operatorId === input.operatorId);
    const decision = rules.pause(operation, order.status, running.length - ended.length, claims.userId, now());
    if (!decision.ok) return refusing(decision.refusal);
    if (input.operatorId != null && ended.length === 0) return refusing('NOT_RUNNING');
    const blockers = await blockersOf(tx, context, loaded, 'PAUSE', null);
    if (blockers.length > 0) return refusing('BLOCKED', blockers);
    return end(tx, context, loaded, { command, decision, ended });
  });
}

export function finishOperation(
  input: Readonly<{ requestId: string; operationId: string; version: number }>,
  context: Context,
): Promise<Outcome<Answered<Changed>>> {
  const { requestId, ...body } = input;
  const command = 'finishOperation';
  return once<Changed, DispatchRefusal>({ requestId, command, body }, context, async (tx) => {
    const loaded = await load(tx, input.operationId);
    if (!loaded) return refusing('OPERATION_NOT_FOUND');
    const { order, operation } = loaded;
    if (operation.version !== input.version) return stale(context, loaded, requestId);
    const decision = rules.finish(operation, order.status, context.claims.userId, context.now());
    if (!decision.ok) return refusing(decision.refusal);
    const blockers = await blockersOf(tx, context, loaded, 'FINISH', null);
    if (blockers.length > 0) return refusing('BLOCKED', blockers);
    return end(tx, context, loaded, { command, decision, ended: await findRunning(tx, [operation.id]) });
  });
}

type Ending = Readonly<{
  command: string;
  decision: Readonly<{ state: Dispatched; events: readonly Fact[] }>;
  ended: readonly Job[];
}>;

async function end(
  tx: Db,
  context: Context,
  loaded: Loaded,
  ending: Ending,
): Promise<Decision<Changed, never, DispatchRefusal>> {
  await endJobs(tx, ending.ended, context.now());
  if (!(await save(tx, context, loaded, ending))) throw moved(loaded.operation);
  return { ok: true, state: { operationId: loaded.operation.id }, events: [] };
}

export async function reopenOperation(
  input: Readonly<{ operationId: string; version: number; reason: string }>,
  context: Context,
): Promise<Outcome<Changed>> {
  const { reason } = input;
  if (reason.trim() === '' || !isNote(reason)) return refusing('REASON_REQUIRED');
  return context.transaction(async (tx) => {
    const loaded = await load(tx, input.operationId);
    if (!loaded) return refusing('OPERATION_NOT_FOUND');
    const { order, operation } = loaded;
    if (operation.version !== input.version) return stale(context, loaded);
    const decision = rules.reopen(operation, order.status, reason, context.claims.userId, context.now());
    if (!decision.ok) return refusing(decision.refusal);
    if (!(await save(tx, context, loaded, { command: 'reopenOperation', decision, reason }))) throw moved(operation);
    return { ok: true, state: { operationId: operation.id }, events: [] };
  });
}

export type AssignInput = Readonly<{
  operationId: string;
  version: number;
  stationId?: string | null | undefined;
  plannedStartAt?: Date | null | undefined;
  plannedEndAt?: Date | null | undefined;
}>;

export function assignOperation(input: AssignInput, context: Context): Promise<Outcome<Changed>> {
  return context.transaction(async (tx) => {
    const loaded = await load(tx, input.operationId);
    if (!loaded) return refusing('OPERATION_NOT_FOUND');
    const { order, operation } = loaded;
    if (operation.version !== input.version) return stale(context, loaded);
    const plan = {
      stationId: input.stationId === undefined ? operation.stationId : input.stationId,
      plannedStartAt: input.plannedStartAt === undefined ? operation.plannedStartAt : input.plannedStartAt,
      plannedEndAt: input.plannedEndAt === undefined ? operation.plannedEndAt : input.plannedEndAt,
    };
    if (plan.stationId !== operation.stationId) {
      // Off its station, only the class would tell where the work is to be done.
      if (plan.stationId === null && operation.equipmentClass === null) return refusing('STATION_NOT_FOUND');
      const place = plan.stationId === null ? null : await placeOf(context, loaded, plan.stationId);
      if (place?.ok === false) return place;
    }
    const running = await findRunning(tx, [operation.id]);
    const decision = rules.assign(operation, order.status, plan, running.length);
    if (!decision.ok) return refusing(decision.refusal);
    if (!(await save(tx, context, loaded, { command: 'assignOperation', decision }))) throw moved(operation);
    return { ok: true, state: { operationId: operation.id }, events: [] };
  });
}
