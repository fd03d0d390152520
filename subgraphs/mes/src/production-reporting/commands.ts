import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import { eventsOf } from '@enghub/subgraph-kit/publish';
import { findRequest, hashBody } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { forgetCalendar, rememberedCalendar } from '../shifts/commands.ts';
import { isLabel } from '../text-rules.ts';
import { countAwaiting } from './awaiting-store.ts';
import { combining, type Combine } from './combine.ts';
import { rememberedOperation, rememberedStation } from './memory.ts';
import * as rules from './rules.ts';
import type { ProductionReport } from './rules.ts';
import * as store from './store.ts';
import type { PreparedReport, ReportAnswer } from './store.ts';

export type ReportInput = Readonly<{
  requestId: string;
  operationId: string;
  stationId?: string | null | undefined;
  operatorId?: string | null | undefined;
  goodQuantity: string;
  scrapQuantity: string;
  scrapReason?: string | null | undefined;
  reworkQuantity: string;
  startedAt?: Date | null | undefined;
  endedAt?: Date | null | undefined;
}>;

export type ReportRefusal = Readonly<{
  code:
    | rules.QuantityRefusal
    | rules.IntervalRefusal
    | rules.StateRefusal['code']
    | 'BAD_REQUEST_ID'
    | 'REQUEST_ID_REUSED'
    | 'OPERATION_NOT_FOUND'
    | 'STATION_NOT_FOUND'
    | 'NO_SHIFT';
  limit?: string;
  actual?: string;
}>;

export type ReportOutcome = Decision<Readonly<{ report: ProductionReport; replayed: boolean }>, never, ReportRefusal>;

const COMMAND = 'reportProduction';
const MAX_IN_ONE_STATEMENT = 500;
const MAX_ATTEMPTS = 5;

const combiners = new WeakMap<Db, Combine<PreparedReport, ReportAnswer>>();

/** Reports of one binding, that is of one tenant and the same plants, may share a statement. */
function combinerOf(db: Db): Combine<PreparedReport, ReportAnswer> {
  const known = combiners.get(db);
  if (known) return known;
  const combine = combining<PreparedReport, ReportAnswer>({
    send: (prepared) => store.sendReports(db, prepared),
    keyOf: ({ requestId }) => requestId,
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
  const bodyHash = hashBody(context.claims, COMMAND, body);

  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const decision = await prepare(input, bodyHash, context);
    if (!decision.ok) return (await answeredBefore(input, context)) ?? decision;
    const { prepared, factoryId } = decision.state;
    const answer = await combinerOf(context.db)(prepared);
    switch (answer.outcome) {
      case 'ACCEPTED':
        context.wakeRelay();
        return accepted(prepared.report, false);
      case 'REPLAYED':
        return replay(answer.reportId, context);
      case 'REFUSED':
        return refuse(rules.nameRefusal(prepared.report, answer));
      case 'REUSED':
        return refuse({ code: 'REQUEST_ID_REUSED' });
      case 'NOT_FOUND':
        return refuse({ code: 'OPERATION_NOT_FOUND' });
      case 'CALENDAR_CHANGED':
        forgetCalendar(context, factoryId);
        break;
      case 'AGAIN':
        break;
    }
  }
  throw new Error(`the report ${requestId} found no quiet moment`);
}

async function prepare(
  input: ReportInput,
  bodyHash: string,
  context: Context,
): Promise<Decision<{ prepared: PreparedReport; factoryId: string }, never, ReportRefusal>> {
  const { claims } = context;
  const now = context.now();
  const endedAt = input.endedAt ?? now;
  const startedAt = input.startedAt ?? null;
  const operatorId = input.operatorId ?? claims.userId;
  const { goodQuantity, scrapQuantity, reworkQuantity } = input;
  const quantities = { goodQuantity, scrapQuantity, reworkQuantity, scrapReason: input.scrapReason ?? null };
  const wrong = rules.refuseQuantities(quantities) ?? rules.refuseWork({ operatorId, startedAt, endedAt }, now);
  if (wrong) return refuse({ code: wrong });

  const about = await rememberedOperation(context, input.operationId);
  if (!about) return refuse({ code: 'OPERATION_NOT_FOUND' });
  const stationId = input.stationId ?? about.stationId;
  if (stationId !== about.stationId && (await rememberedStation(context, stationId!)) !== about.factoryId) {
    return refuse({ code: 'STATION_NOT_FOUND' });
  }
  const { calendar, shift } = await shiftOf(context, about.factoryId, { startedAt, endedAt });
  if (!calendar || !shift) return refuse({ code: 'NO_SHIFT' });

  const report: ProductionReport = {
    ...quantities,
    id: newId(endedAt.getTime()),
    workOrderId: about.workOrderId,
    operationId: about.operationId,
    stationId,
    operatorId,
    reportedBy: claims.userId,
    startedAt,
    endedAt,
    shiftDate: shift.shiftDate,
    shift: shift.name,
    recordedAt: now,
  };
  const touched = calendar.occurrencesTouching(startedAt ?? endedAt, endedAt);
  const facts = rules.reportFacts(report, about, touched);
  const prepared: PreparedReport = {
    requestId: input.requestId,
    bodyHash,
    report,
    calendarVersion: calendar.version,
    events: eventsOf(context, { factoryId: about.factoryId, aggregateId: about.workOrderId }, facts),
  };
  return { ok: true, state: { prepared, factoryId: about.factoryId }, events: [] };
}

async function shiftOf(context: Context, factoryId: string, work: { startedAt: Date | null; endedAt: Date }) {
  const find = async () => {
    const calendar = await rememberedCalendar(context, factoryId);
    return { calendar, shift: calendar?.occurrenceOfWork(work.startedAt, work.endedAt) };
  };
  const found = await find();
  if (found.shift) return found;
  // Nothing goes to the database that would say that the memory is outdated: look again before refusing.
  forgetCalendar(context, factoryId);
  return find();
}

const accepted = (report: ProductionReport, replayed: boolean): ReportOutcome => ({
  ok: true,
  state: { report, replayed },
  events: [],
});

/** What would be refused today may have been accepted when it was first sent. */
async function answeredBefore(input: ReportInput, context: Context): Promise<ReportOutcome | null> {
  const { requestId, ...body } = input;
  const request = { requestId, command: COMMAND, body };
  const known = await findRequest<{ reportId: string }>(context.db, context.claims, request);
  if (known.kind === 'first') return null;
  return known.kind === 'reused' ? refuse({ code: 'REQUEST_ID_REUSED' }) : replay(known.answer.reportId, context);
}

async function replay(reportId: string, context: Context): Promise<ReportOutcome> {
  const report = await context.loaders.report.load(reportId);
  // The plant may have left the user's list since.
  return report ? accepted(report, true) : refuse({ code: 'OPERATION_NOT_FOUND' });
}

/** Reports of the order that wait for approval: with one of them left, the order's books are not complete. */
export const pendingReportCount = (db: Db, orderId: string): Promise<number> => countAwaiting(db, orderId);
