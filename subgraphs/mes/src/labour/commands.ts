import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { LabourRefusalCode } from '../generated/graphql.ts';
import { once } from '../once.ts';
import { isLabel, isNote } from '../text-rules.ts';
import { findFactory } from '../stations/commands.ts';
import { findOperations, loadForChange } from '../work-orders/commands.ts';
import * as rules from './rules.ts';
import type { Job, JobKind, LabourLine, OperatorDay } from './rules.ts';
import * as store from './store.ts';

export type { Job, JobKind, LabourLine } from './rules.ts';
export { findRunning, findRunningOn } from './store.ts';
export const { operatorOf } = rules;

export type LabourRefusal = Readonly<{ code: LabourRefusalCode }>;

/** The operations that run at each station. However many work on one, it takes one place. */
export const runningAt = (db: Db, stationIds: readonly string[]): Promise<Map<string, string[]>> =>
  store.findRunningAt(db, stationIds);

/** For costing: what was spent on an order, by operation, station, operator and kind, as far as the clock has come. */
export const labourOf = async (db: Db, orderId: string, now: Date): Promise<LabourLine[]> =>
  (await labourOfOrders(db, [orderId], now)).map(({ line }) => line);

export async function labourOfOrders(
  db: Db,
  orderIds: readonly string[],
  now: Date,
): Promise<{ workOrderId: string; line: LabourLine }[]> {
  const around = await store.findJobsAround(db, orderIds.filter(isId), now);
  const shared = rules.shareTime(around, now);
  return orderIds.flatMap((workOrderId) =>
    rules.linesOf(shared.filter(({ job }) => job.workOrderId === workOrderId)).map((line) => ({ workOrderId, line })),
  );
}

/** Null when the plant does not exist for the user. */
export async function operatorDay(
  { operatorId, factoryId, date }: { operatorId: string; factoryId: string; date: string },
  { db, now }: Context,
): Promise<OperatorDay | null> {
  const factory = await findFactory(db, factoryId);
  if (!factory) return null;
  const day = rules.dayIn(factory.timeZone, date);
  // Nobody has worked under a name that nobody can have.
  const jobs = isLabel(operatorId) ? await store.findJobsOfOperator(db, factoryId, operatorId, day) : [];
  return { operatorId, date, jobs: rules.shareTime(jobs, now(), day) };
}

export const secondsOf = rules.secondsOf;
export const sumOf = rules.sumOf;

type Beginning = Omit<Job, 'id' | 'endedAt' | 'recordedBy' | 'void' | 'startedAt'>;

/** Starts a job; the caller has decided that it may, and writes the audit trail. */
export async function beginJob(tx: Db, context: Context, about: Beginning): Promise<Job> {
  const { claims, now } = context;
  const startedAt = now();
  const job = { ...about, id: newId(), startedAt, endedAt: null, recordedBy: claims.userId, void: null };
  await store.insertJob(tx, claims.tenantId, job, startedAt);
  return job;
}

/** Ends jobs that run; none ends before it began. */
export async function endJobs(tx: Db, jobs: readonly Job[], at: Date): Promise<void> {
  const endOf = (job: Job) => Math.max(at.getTime(), job.startedAt.getTime());
  for (const group of rules.groupBy(jobs, endOf)) {
    await store.endJobs(
      tx,
      group.map(({ id }) => id),
      new Date(endOf(group[0]!)),
    );
  }
}

export type RecordInput = Readonly<{
  requestId: string;
  operationId: string;
  stationId?: string | null | undefined;
  operatorId?: string | null | undefined;
  kind: JobKind;
  startedAt: Date;
  endedAt: Date;
}>;

type Recorded = Readonly<{ answer: { jobId: string }; replayed: boolean }>;

/** Time that nobody clocked when it passed. */
export function recordLabour(input: RecordInput, context: Context): Promise<Decision<Recorded, never, LabourRefusal>> {
  const { requestId, ...body } = input;
  return once<{ jobId: string }, LabourRefusal>({ requestId, command: 'recordLabour', body }, context, async (tx) => {
    const { claims, now } = context;
    const interval = rules.checkInterval(input, now());
    if (!interval.ok) return refuse({ code: interval.refusal });
    const operator = rules.operatorOf(input.kind, input.operatorId, claims.userId);
    if (!operator.ok) return refuse({ code: operator.refusal });
    const [operation] = await findOperations(tx, [input.operationId]);
    const order = operation && (await loadForChange(tx, operation.workOrderId));
    if (!operation || !order) return refuse({ code: 'OPERATION_NOT_FOUND' });
    if (!rules.takesTime(order.status)) return refuse({ code: 'ORDER_NOT_OPEN' });
    if (operation.status === 'SKIPPED') return refuse({ code: 'OPERATION_SKIPPED' });
    const stationId = input.stationId ?? operation.stationId;
    const station = stationId === null ? null : await context.loaders.station.load(stationId);
    if (!station || station.factoryId !== order.factoryId) return refuse({ code: 'STATION_NOT_FOUND' });
    if (station.retiredAt && station.retiredAt < input.endedAt) return refuse({ code: 'STATION_RETIRED' });

    const { kind, startedAt, endedAt } = input;
    const { factoryId } = order;
    const about = { factoryId, workOrderId: order.id, operationId: operation.id, stationId: station.id };
    const job: Job = {
      ...about,
      id: newId(),
      kind,
      operatorId: operator.state,
      startedAt,
      endedAt,
      recordedBy: claims.userId,
      void: null,
    };
    await store.insertJob(tx, claims.tenantId, job, now());
    const entry = { command: 'recordLabour', factoryId, entity: 'Job', entityId: job.id };
    await audit(tx, context, { ...entry, before: null, after: factsOf(job) });
    return { ok: true, state: { jobId: job.id }, events: [] };
  });
}

const factsOf = ({ void: _, recordedBy: _by, factoryId: _plant, ...facts }: Job): object => facts;

export async function voidJob(
  { jobId, reason }: { jobId: string; reason: string },
  context: Context,
): Promise<Decision<string, never, LabourRefusal>> {
  if (reason.trim() === '' || !isNote(reason)) return refuse({ code: 'REASON_REQUIRED' });
  return context.transaction(async (tx) => {
    const { claims, now } = context;
    const [known] = await store.findJobs(tx, [jobId]);
    const order = known && (await loadForChange(tx, known.workOrderId));
    // Once more under the order's lock: it may have ended or been voided meanwhile.
    const [job] = order ? await store.findJobs(tx, [jobId]) : [];
    if (!job || !order) return refuse({ code: 'JOB_NOT_FOUND' });
    if (job.void) return refuse({ code: 'ALREADY_VOIDED' });
    if (!rules.takesTime(order.status)) return refuse({ code: 'ORDER_NOT_OPEN' });

    const at = now();
    if (job.endedAt === null) await endJobs(tx, [job], at);
    const owner = { tenantId: claims.tenantId, factoryId: job.factoryId };
    await store.insertVoid(tx, owner, job.id, { reason, voidedBy: claims.userId, voidedAt: at });
    const entry = { command: 'voidJob', factoryId: job.factoryId, entity: 'Job', entityId: job.id, reason };
    await audit(tx, context, { ...entry, before: factsOf(job), after: { voided: true } });
    return { ok: true, state: job.id, events: [] };
  });
}
