import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { forgetStock } from '../inventory/commands.ts';
import {
  findAwaiting,
  keepStill,
  makeRoomFor,
  sendApproved,
  type ApprovedRefusal,
  type AwaitingReport,
  type ProductionReport,
} from '../production-reporting/commands.ts';
import { recordRefusal } from '../report-conflicts/commands.ts';
import type { TimePage } from '../time-cursor.ts';
import * as rules from './rules.ts';
import * as store from './store.ts';

export type DecisionInput = Readonly<{ id: string; version: number; reason?: string | null | undefined }>;

type Refusal = Readonly<{ code: rules.ApprovalRefusal | 'NOT_FOUND' }>;
type Decided<Extra = unknown> = Decision<Readonly<{ awaiting: AwaitingReport }> & Extra, never, Refusal>;
type Approved =
  | Decided<Readonly<{ report: ProductionReport; materials: readonly string[] }>>
  | Readonly<{ ok: false; refusal: Readonly<{ report: ApprovedRefusal }> }>;

export async function approveReport(input: DecisionInput, context: Context): Promise<Approved> {
  const waiting = await find(context.db, input.id);
  if (!waiting) return refuse({ code: 'NOT_FOUND' });
  await makeRoomFor(context.db, waiting);
  const outcome = await context.transaction(async (tx): Promise<Approved> => {
    const decision = await decide(tx, waiting, { ...input, status: 'APPROVED' }, context);
    if (!decision.ok) return decision;
    const { awaiting } = decision.state;
    const counted = await sendApproved(tx, awaiting, context);
    if (!counted.ok) return { ok: false, refusal: { report: counted.refusal } };
    await save(tx, waiting, awaiting, 'approveReport', context);
    return { ok: true, state: { awaiting, ...counted.state }, events: [] };
  });
  if (outcome.ok) await forgetStock(context, waiting.factoryId, outcome.state.materials);
  else record(waiting, 'report' in outcome.refusal ? outcome.refusal.report : outcome.refusal, context);
  return outcome;
}

export async function declineReport(input: DecisionInput, context: Context): Promise<Decided> {
  const waiting = await find(context.db, input.id);
  if (!waiting) return refuse({ code: 'NOT_FOUND' });
  const outcome = await context.transaction(async (tx): Promise<Decided> => {
    const decision = await decide(tx, waiting, { ...input, status: 'DECLINED' }, context);
    if (decision.ok) await save(tx, waiting, decision.state.awaiting, 'declineReport', context);
    return decision;
  });
  if (!outcome.ok) record(waiting, outcome.refusal, context);
  return outcome;
}

async function find(db: Db, id: string): Promise<AwaitingReport | null> {
  const [waiting] = isId(id) ? await findAwaiting(db, [id]) : [];
  return waiting ?? null;
}

/** Reads it once more where nobody else can decide. */
async function decide(
  tx: Db,
  seen: AwaitingReport,
  verdict: DecisionInput & Readonly<{ status: 'APPROVED' | 'DECLINED' }>,
  { claims, now }: Context,
): Promise<Decided> {
  await keepStill(tx, seen);
  const waiting = await find(tx, seen.id);
  if (!waiting) return refuse({ code: 'NOT_FOUND' });
  const { reportedBy } = waiting.report;
  const { status, version, reason = null } = verdict;
  const decision = rules.decide({ ...waiting, reportedBy }, { status, version, reason }, claims.userId, now());
  return decision.ok
    ? { ok: true, state: { awaiting: { ...waiting, ...decision.state } }, events: [] }
    : refuse({ code: decision.refusal });
}

async function save(
  tx: Db,
  before: AwaitingReport,
  { id, factoryId, status, version, decidedBy, decidedAt, decisionReason }: AwaitingReport,
  command: string,
  context: Context,
): Promise<void> {
  const decided = { status, version, decidedBy, decidedAt, decisionReason };
  if (!(await store.saveDecision(tx, id, decided))) throw new Error('decided twice in spite of the lock');
  await audit(tx, context, {
    command,
    factoryId,
    entity: 'ReportAwaitingApproval',
    entityId: id,
    before: { status: before.status, version: before.version },
    after: { status, version },
    reason: decisionReason,
  });
}

function record({ report, factoryId }: AwaitingReport, refusal: Readonly<{ code: string }>, context: Context): void {
  const { workOrderId, operationId, stationId } = report;
  recordRefusal(context, { ...refusal, factoryId, workOrderId, operationId, stationId, requestId: null });
}

/** Null when there is no such plant for the user. */
export async function reportsAwaitingApproval(
  of: Readonly<{ factoryId: string; status: AwaitingReport['status']; page: TimePage }>,
  { db, claims, loaders }: Context,
): Promise<readonly AwaitingReport[] | null> {
  if (!claims.factoryIds.includes(of.factoryId)) return null;
  const ids = await store.pageOfIds(db, of.factoryId, of.status, of.page);
  const rows = await Promise.all(ids.map((id) => loaders.awaitingReport.load(id)));
  return rows.filter((row) => row !== null);
}
