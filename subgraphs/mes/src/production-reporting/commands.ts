import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import { findRequest, hashBody } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { forgetStock } from '../inventory/commands.ts';
import { recordRefusal } from '../report-conflicts/commands.ts';
import { forgetCalendar } from '../shifts/commands.ts';
import { isLabel } from '../text-rules.ts';
import { countAwaiting } from './awaiting-store.ts';
import { combining, type Combine } from './combine.ts';
import type { CorrectionRefusal } from './correction-rules.ts';
import { rememberedOperation } from './memory.ts';
import { prepareReport, type PrepareRefusal, type ReportInput } from './prepare.ts';
import * as rules from './rules.ts';
import type { AwaitingReport, ProductionReport } from './rules.ts';
import * as store from './store.ts';
import type { PreparedReport, ReportAnswer } from './store.ts';

export { keepStill, makeRoomFor, sendApproved } from './approved.ts';
export type { ApprovedRefusal } from './approved.ts';
export { productionReportRefusal } from './refusals.ts';
export { findAwaiting } from './awaiting-store.ts';
export type { ReportInput } from './prepare.ts';
export type { AwaitingReport, ProductionReport } from './rules.ts';

export type ReportRefusal = Readonly<{
  code:
    | PrepareRefusal['code']
    | rules.StateRefusal['code']
    | CorrectionRefusal
    | 'REPORT_NOT_FOUND'
    | 'BAD_REQUEST_ID'
    | 'REQUEST_ID_REUSED';
  limit?: string;
  actual?: string;
}>;

/** A report that counts, or one that waits until somebody approves it. */
export type Reported = Readonly<
  | { report: ProductionReport; awaiting?: undefined; replayed: boolean }
  | { awaiting: AwaitingReport; report?: undefined; replayed: boolean }
>;
export type ReportOutcome = Decision<Reported, never, ReportRefusal>;

export const REPORT_COMMAND = 'reportProduction';
const MAX_IN_ONE_STATEMENT = 500;
// Whoever reads one counter at the same moment goes in turn, one in each round.
export const MAX_ATTEMPTS = 50;

const combiners = new WeakMap<Db, Combine<PreparedReport, ReportAnswer>>();

/** Reports of one binding, that is of one tenant and the same plants, may share a statement. */
function combinerOf(db: Db): Combine<PreparedReport, ReportAnswer> {
  const known = combiners.get(db);
  if (known) return known;
  const combine = combining<PreparedReport, ReportAnswer>({
    send: (prepared) => store.sendReports(db, prepared),
    keyOf: ({ requestId }) => requestId!,
    isWorthRetrying: store.isFaultOfOneRow,
    maxItems: MAX_IN_ONE_STATEMENT,
  });
  combiners.set(db, combine);
  return combine;
}

/** What can be known without the order's state is checked here; the rest is one statement, in which nothing is read twice. */
export async function reportProduction(input: ReportInput, context: Context): Promise<ReportOutcome> {
  const { requestId, ...body } = input;
  if (!isLabel(requestId)) return refuse({ code: 'BAD_REQUEST_ID' });
  const bodyHash = hashBody(context.claims, REPORT_COMMAND, body);

  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const decision = await prepareReport(input, bodyHash, context);
    if (!decision.ok) return refusedEarly(input, (await answeredBefore(input, context)) ?? decision, context);
    const outcome = await outcomeOf(await combinerOf(context.db)(decision.state), decision.state, context);
    if (outcome) return outcome;
  }
  throw new Error(`the report ${requestId} found no quiet moment`);
}

/** Reads one answer of the database; null when it is worth trying again. */
export async function outcomeOf(
  answer: ReportAnswer,
  { report, factoryId, requestId }: PreparedReport,
  context: Context,
): Promise<ReportOutcome | null> {
  switch (answer.outcome) {
    case 'ACCEPTED':
      context.wakeRelay();
      if (answer.materials.length > 0) await forgetStock(context, factoryId, answer.materials);
      return reported({ ...report, warnings: (answer.warnings ?? []).map(rules.readWarning) }, false);
    case 'AWAITING':
      return replayOf({ awaitingId: answer.reportId }, context, false);
    case 'REPLAYED':
      return replayOf(answer, context);
    case 'REFUSED':
      return refusedAt(report, factoryId, requestId, rules.nameRefusal(answer), context);
    case 'REUSED':
      return refusedAt(report, factoryId, requestId, { code: 'REQUEST_ID_REUSED' }, context);
    case 'NOT_FOUND':
      return refuse({ code: 'OPERATION_NOT_FOUND' });
    case 'CALENDAR_CHANGED':
      forgetCalendar(context, factoryId);
      return null;
    case 'COUNTER_MOVED':
    case 'AGAIN':
      return null;
  }
}

/** Refuses, and keeps the conflict for those who want to know what the floor runs into. */
export function refusedAt(
  report: Pick<ProductionReport, 'workOrderId' | 'operationId' | 'stationId'>,
  factoryId: string,
  requestId: string | null,
  refusal: ReportRefusal,
  context: Context,
): ReportOutcome {
  const { workOrderId, operationId, stationId } = report;
  recordRefusal(context, { ...refusal, factoryId, workOrderId, operationId, stationId, requestId });
  return refuse(refusal);
}

/** Also what was refused without asking the order may be a conflict of one that exists. */
export async function refusedEarly(
  { operationId, stationId, requestId }: ReportInput,
  outcome: ReportOutcome,
  context: Context,
): Promise<ReportOutcome> {
  const about = outcome.ok ? null : await rememberedOperation(context, operationId);
  if (outcome.ok || !about) return outcome;
  const where = { ...about, stationId: isId(stationId ?? '') ? stationId! : about.stationId };
  return refusedAt(where, about.factoryId, requestId, outcome.refusal, context);
}

export const reported = (report: ProductionReport, replayed: boolean): ReportOutcome => ({
  ok: true,
  state: { report, replayed },
  events: [],
});

/** What would be refused today may have been accepted when it was first sent. */
async function answeredBefore(input: ReportInput, context: Context): Promise<ReportOutcome | null> {
  const { requestId, ...body } = input;
  const known = await findRequest<Answered>(context.db, context.claims, { requestId, command: REPORT_COMMAND, body });
  if (known.kind === 'first') return null;
  return known.kind === 'reused' ? refuse({ code: 'REQUEST_ID_REUSED' }) : replayOf(known.answer, context);
}

/** What a request id keeps. */
export type Answered = Readonly<{ reportId?: string | undefined; awaitingId?: string | undefined }>;

export async function replayOf(answer: Answered, { loaders }: Context, replayed = true): Promise<ReportOutcome> {
  // The plant may have left the user's list since.
  const gone = refuse({ code: 'OPERATION_NOT_FOUND' });
  if (answer.awaitingId !== undefined) {
    const awaiting = await loaders.awaitingReport.load(answer.awaitingId);
    return awaiting ? { ok: true, state: { awaiting, replayed }, events: [] } : gone;
  }
  const report = await loaders.report.load(answer.reportId!);
  return report ? reported(report, replayed) : gone;
}

/** Reports of the order that wait for approval: with one of them left, the order's books are not complete. */
export const pendingReportCount = (db: Db, orderId: string): Promise<number> => countAwaiting(db, orderId);
