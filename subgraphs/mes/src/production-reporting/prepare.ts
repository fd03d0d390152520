import type { Fact } from '@enghub/event-contracts/fact';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { eventsOf } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { forgetCalendar, rememberedCalendar, type PlantCalendar } from '../shifts/commands.ts';
import { isLabel } from '../text-rules.ts';
import { count, type Counted, type CounterRefusal, type Reading } from './counter-rules.ts';
import { correctionFacts, reportFacts } from './fact-rules.ts';
import { rememberedOperation, rememberedStation } from './memory.ts';
import * as rules from './rules.ts';
import type { OperationFacts, ProductionReport } from './rules.ts';
import * as store from './store.ts';
import type { PreparedReport } from './store.ts';

export type ReportInput = Readonly<{
  requestId: string;
  operationId: string;
  stationId?: string | null | undefined;
  operatorId?: string | null | undefined;
  goodQuantity: string;
  scrapQuantity: string;
  scrapReason?: string | null | undefined;
  reworkQuantity: string;
  sentBackQuantity?: string | null | undefined;
  sentBackToOperationId?: string | null | undefined;
  counterId?: string | null | undefined;
  counterFrom?: string | null | undefined;
  counterTo?: string | null | undefined;
  startedAt?: Date | null | undefined;
  endedAt?: Date | null | undefined;
}>;

export type PrepareRefusal = Readonly<{
  code:
    | rules.QuantityRefusal
    | rules.IntervalRefusal
    | CounterRefusal
    | 'OPERATION_NOT_FOUND'
    | 'STATION_NOT_FOUND'
    | 'WRONG_SENT_BACK_OPERATION'
    | 'NO_SHIFT';
}>;

/** Readings that rows earlier in the same batch have taken, by counter. */
export type Readings = Map<string, Reading>;

/** What can be known of a report without its order's state. */
export async function prepareReport(
  input: ReportInput,
  bodyHash: string,
  context: Context,
  readings: Readings = new Map(),
): Promise<Decision<PreparedReport, never, PrepareRefusal>> {
  const { claims } = context;
  const now = context.now();
  const endedAt = input.endedAt ?? now;
  const startedAt = input.startedAt ?? null;
  const operatorId = input.operatorId ?? claims.userId;
  const wrong = rules.refuseWork({ operatorId, startedAt, endedAt }, now);
  if (wrong) return refuse({ code: wrong });

  const about = await rememberedOperation(context, input.operationId);
  if (!about) return refuse({ code: 'OPERATION_NOT_FOUND' });
  const stationId = input.stationId ?? about.stationId;
  if (stationId !== about.stationId && (await rememberedStation(context, stationId!)) !== about.factoryId) {
    return refuse({ code: 'STATION_NOT_FOUND' });
  }
  const counted = await countOf(input, { operationId: about.operationId, stationId, endedAt }, context, readings);
  if (typeof counted === 'string') return refuse({ code: counted });

  const quantities = {
    goodQuantity: counted?.pieces ?? input.goodQuantity,
    scrapQuantity: input.scrapQuantity,
    scrapReason: input.scrapReason ?? null,
    reworkQuantity: input.reworkQuantity,
    sentBackQuantity: input.sentBackQuantity ?? '0',
    sentBackTo: input.sentBackToOperationId ?? null,
  };
  const tooMuch = rules.refuseQuantities(quantities);
  if (tooMuch) return refuse({ code: tooMuch });
  if (quantities.sentBackTo !== null && !isId(quantities.sentBackTo))
    return refuse({ code: 'WRONG_SENT_BACK_OPERATION' });
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
    counterFrom: counted?.from ?? null,
    counterTo: counted?.to ?? null,
    startedAt,
    endedAt,
    shiftDate: shift.shiftDate,
    shift: shift.name,
    recordedAt: now,
    correctionOf: null,
    correctionReason: null,
    warnings: [],
  };
  if (counted) {
    const { counterId } = counted;
    readings.set(keyOf(about.operationId, stationId!, counterId), { reading: counted.to, readAt: endedAt });
  }
  const how = {
    requestId: input.requestId,
    bodyHash,
    command: 'reportProduction',
    approved: false,
    counter: counted && { id: counted.counterId, remembered: counted.remembered },
  };
  return { ok: true, state: written(report, about, calendar, how, context), events: [] };
}

type How = Pick<PreparedReport, 'requestId' | 'bodyHash' | 'command' | 'approved' | 'counter'>;

/** A report or correction with its events written out. */
export function written(
  report: ProductionReport,
  about: OperationFacts,
  calendar: PlantCalendar,
  how: How,
  context: Context,
): PreparedReport {
  const { userId, origin = null, traceId } = context.claims;
  const touched = calendar.occurrencesTouching(report.startedAt ?? report.endedAt, report.endedAt);
  const tell: typeof reportFacts = report.correctionOf === null ? reportFacts : correctionFacts;
  const facts: Fact[] = tell(report, about, touched);
  return {
    ...how,
    report,
    factoryId: about.factoryId,
    calendarVersion: calendar.version,
    by: { auditId: newId(), userId, origin, traceId },
    events: eventsOf(context, { factoryId: about.factoryId, aggregateId: about.workOrderId }, facts),
  };
}

export async function shiftOf(context: Context, factoryId: string, work: { startedAt: Date | null; endedAt: Date }) {
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

const keyOf = (...parts: readonly string[]): string => parts.join(' ');

/** Null when the quantity was typed. */
async function countOf(
  input: ReportInput,
  where: { operationId: string; stationId: string | null; endedAt: Date },
  { db }: Context,
  readings: Readings,
): Promise<Counted | CounterRefusal | null> {
  const { counterFrom = null, counterTo = null } = input;
  const counterId = input.counterId ?? '';
  if (counterFrom === null && counterTo === null && counterId === '') return null;
  const { operationId, stationId, endedAt } = where;
  const typed = Number(input.goodQuantity) !== 0;
  if (counterTo === null || stationId === null || typed || (counterId !== '' && !isLabel(counterId))) {
    return 'BAD_READING';
  }
  const last =
    counterFrom !== null
      ? null
      : (readings.get(keyOf(operationId, stationId, counterId)) ??
        (await store.findReading(db, { operationId, stationId, counterId })));
  return count({ counterId, from: counterFrom, to: counterTo, at: endedAt }, last);
}
