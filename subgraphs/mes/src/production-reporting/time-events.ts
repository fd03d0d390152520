import type { Fact } from '@enghub/event-contracts/fact';
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import { answerRequest, bookRequest, findRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { publish } from '@enghub/subgraph-kit/publish';
import { isLabel } from '../text-rules.ts';
import { timeEventFact } from './fact-rules.ts';
import { rememberedOperation } from './memory.ts';
import * as rules from './rules.ts';
import type { TimeEvent, TimeEventKind } from './rules.ts';
import * as store from './store.ts';

export type TimeEventInput = Readonly<{
  requestId: string;
  kind: TimeEventKind;
  stationId: string;
  operationId?: string | null | undefined;
  operatorId?: string | null | undefined;
  startedAt: Date;
  endedAt: Date;
}>;

export type TimeEventRefusal = Readonly<{
  code:
    | rules.IntervalRefusal
    | 'BAD_REQUEST_ID'
    | 'REQUEST_ID_REUSED'
    | 'OPERATION_NOT_FOUND'
    | 'STATION_NOT_FOUND'
    | 'STATION_RETIRED'
    | 'NEEDS_OPERATION'
    | 'NO_SHIFT';
}>;

type Outcome = Decision<Readonly<{ event: TimeEvent; replayed: boolean }>, never, TimeEventRefusal>;
type Prepared = Readonly<{ event: TimeEvent; factoryId: string; fact: Fact }>;

/** Time at a station, apart from what was made. An order need not run for it: set-up may come before its start. */
export async function recordTimeEvent(input: TimeEventInput, context: Context): Promise<Outcome> {
  const { requestId, ...body } = input;
  const { claims, db, transaction } = context;
  if (!isLabel(requestId)) return refuse({ code: 'BAD_REQUEST_ID' });
  const request = { requestId, command: 'recordTimeEvent', body };

  const decision = await prepare(input, context);
  if (!decision.ok) {
    // What would be refused today may have been accepted when it was first sent.
    const known = await findRequest<Answer>(db, claims, request);
    return known.kind === 'first' ? decision : again(known, db);
  }
  const { event, factoryId, fact } = decision.state;
  return transaction(async (tx) => {
    const booked = await bookRequest<Answer>(tx, claims, request);
    if (booked.kind !== 'first') return again(booked, tx);
    const owner = { tenantId: claims.tenantId, factoryId, recordedBy: claims.userId, at: context.now() };
    await store.insertTimeEvent(tx, event, owner);
    const aggregateId = event.workOrderId ?? event.stationId;
    await publish(tx, context, { factoryId, aggregateId }, [fact]);
    await audit(tx, context, {
      command: 'recordTimeEvent',
      factoryId,
      entity: 'TimeEvent',
      entityId: event.id,
      before: null,
      after: event,
    });
    await answerRequest(tx, claims, requestId, { timeEventId: event.id } satisfies Answer);
    return recorded(event, false);
  });
}

type Answer = { timeEventId: string };

async function again(known: { kind: 'replayed'; answer: Answer } | { kind: 'reused' }, db: Db): Promise<Outcome> {
  if (known.kind === 'reused') return refuse({ code: 'REQUEST_ID_REUSED' });
  const event = await store.findTimeEvent(db, known.answer.timeEventId);
  // The plant may have left the user's list since.
  return event ? recorded(event, true) : refuse({ code: 'STATION_NOT_FOUND' });
}

const recorded = (event: TimeEvent, replayed: boolean): Outcome => ({
  ok: true,
  state: { event, replayed },
  events: [],
});

async function prepare(input: TimeEventInput, context: Context): Promise<Decision<Prepared, never, TimeEventRefusal>> {
  const { kind, stationId, operationId, startedAt, endedAt } = input;
  const operatorId = input.operatorId ?? context.claims.userId;
  const wrong = rules.refuseWork({ operatorId, startedAt, endedAt }, context.now());
  if (wrong) return refuse({ code: wrong });
  if (kind !== 'BREAK' && operationId == null) return refuse({ code: 'NEEDS_OPERATION' });
  const about = operationId == null ? null : await rememberedOperation(context, operationId);
  if (operationId != null && !about) return refuse({ code: 'OPERATION_NOT_FOUND' });
  const station = await context.loaders.station.load(stationId);
  if (!station || (about && about.factoryId !== station.factoryId)) return refuse({ code: 'STATION_NOT_FOUND' });
  if (station.retiredAt && station.retiredAt < endedAt) return refuse({ code: 'STATION_RETIRED' });
  const { factoryId } = station;

  const calendar = await context.loaders.calendar.load(factoryId);
  const shift = calendar?.occurrenceOfWork(startedAt, endedAt);
  if (!calendar || !shift) return refuse({ code: 'NO_SHIFT' });
  const event: TimeEvent = {
    id: newId(endedAt.getTime()),
    kind,
    stationId,
    workOrderId: about?.workOrderId ?? null,
    operationId: about?.operationId ?? null,
    operatorId,
    startedAt,
    endedAt,
    shiftDate: shift.shiftDate,
    shift: shift.name,
  };
  const fact = timeEventFact(event, calendar.occurrencesTouching(startedAt, endedAt));
  return { ok: true, state: { event, factoryId, fact }, events: [] };
}
