/** A plant in events: what MES would publish, handed to a subgraph on a real database. */
import { randomUUID } from 'node:crypto';
import type { EventContract } from '@enghub/event-contracts/define-event';
import type { Envelope } from '@enghub/event-contracts/envelope';
import {
  productionReportCorrected,
  type ProductionReportCorrected,
} from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { productionReported, type ProductionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { stationDefined } from '@enghub/event-contracts/mes/station-defined.v1';
import { timeEventRecorded, type TimeEventRecorded } from '@enghub/event-contracts/mes/time-event-recorded.v1';
import { newEvent, type OutboxEvent } from '@enghub/messaging/outbox';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { newId } from '@enghub/subgraph-kit/ids';
import { testSubgraph } from '@enghub/testkit/subgraph';
import { vi } from 'vitest';
import { definition } from './subgraph.ts';

export type Floor = Awaited<ReturnType<typeof startFloor>>;
export type Where = Readonly<{ tenantId?: string; factoryId?: string }>;

export async function startFloor(from = definition) {
  const subgraph = await testSubgraph(from);
  const heard: Envelope[] = [];
  const listener = await subgraph.transport.subscribe({
    queue: 'test.listener',
    routingKeys: ['eam.#'],
    handle: async (event) => void heard.push(event),
    mailboxUrl: subgraph.relayUrl,
  });
  // Answers a question once the events before it were applied.
  const askUntil = (query: string, variables: object, isThere: (data: unknown) => boolean, claims?: Claims) =>
    vi.waitFor(
      async (): Promise<unknown> => {
        const { data } = await subgraph.ask(query, { ...variables }, claims);
        return isThere(data) ? data : Promise.reject(new Error(`not yet: ${JSON.stringify(data)}`));
      },
      { timeout: 20_000, interval: 50 },
    );
  return {
    ...subgraph,
    heard,
    askUntil,
    /** A station whose equipment is already registered. */
    async station(code: string, where: Where = {}, claims?: Claims): Promise<string> {
      const id = newId();
      await subgraph.transport.publish([stationEvent(id, code, code, where)]);
      await askUntil(EQUIPMENT_AT, { id }, (data) => equipmentOf(data) !== null, claims);
      return id;
    },
    stop: async () => {
      await listener.stop();
      await subgraph.stop();
    },
  };
}

const EQUIPMENT_AT = `query ($id: ID!) {
  _entities(representations: [{ __typename: "Station", id: $id }]) { ...on Station { equipment { id } } }
}`;
const equipmentOf = (data: unknown) => (data as { _entities: [{ equipment: unknown }] })._entities[0].equipment;

export const stationEvent = (station_id: string, code: string, name: string, where: Where = {}): OutboxEvent =>
  eventOf(stationDefined, { station_id, code, name, line_id: null, at: new Date().toISOString() }, station_id, where);

/** In UTC; the shifts of 2026-01-05 are early 06–14, late 14–22 and night 22–06. */
const shifts = [
  ['early', '2026-01-05T06:00:00Z', '2026-01-05T14:00:00Z'],
  ['late', '2026-01-05T14:00:00Z', '2026-01-05T22:00:00Z'],
  ['night', '2026-01-05T22:00:00Z', '2026-01-06T06:00:00Z'],
].map(([shift, starts_at, ends_at]) => ({
  shift_date: '2026-01-05',
  shift: shift!,
  starts_at: starts_at!,
  ends_at: ends_at!,
}));

const touched = (from: string | null, to: string) =>
  from === null || from === to
    ? shifts.filter(({ starts_at, ends_at }) => starts_at <= to && to < ends_at)
    : shifts.filter(({ starts_at, ends_at }) => from < ends_at && starts_at < to);

export function reportEvent(
  stationId: string | null,
  from: string | null,
  to: string,
  report: Partial<ProductionReported> = {},
  where: Where = {},
): OutboxEvent {
  const occurrences = touched(from, to);
  const data: ProductionReported = {
    report_id: newId(),
    work_order_id: newId(),
    work_order_number: '4711',
    operation_id: newId(),
    operation_sequence: 10,
    operation_name: 'Turning',
    product_id: 'PROD-A001',
    good_qty: '0',
    defect_qty: '0',
    rework_qty: '0',
    unit: 'pcs',
    defect_types: [],
    produced_by: 'emp-101',
    reported_by: 'emp-101',
    station_id: stationId,
    shift_date: '2026-01-05',
    shift: occurrences.at(-1)?.shift ?? 'none',
    started_at: from,
    ended_at: to,
    report_time: to,
    standard_run_seconds: null,
    shift_occurrences: occurrences,
    ...report,
  };
  return eventOf(productionReported, data, data.work_order_id, where);
}

/** Changes what a report counted, as MES tells it: at the time of the report, by signed quantities. */
export function correctionEvent(
  report: OutboxEvent,
  change: Pick<ProductionReportCorrected, 'good_qty' | 'defect_qty' | 'rework_qty'>,
): OutboxEvent {
  const corrected = report.envelope.data as ProductionReported;
  const data: ProductionReportCorrected = {
    ...corrected,
    ...change,
    report_id: newId(),
    corrected_report_id: corrected.report_id,
    sent_back_qty: '0',
    defects: [],
    reason: 'miscounted',
    corrected_at: new Date().toISOString(),
  };
  return eventOf(productionReportCorrected, data, data.work_order_id, {});
}

export function timeEvent(kind: TimeEventRecorded['kind'], stationId: string, from: string, to: string): OutboxEvent {
  const occurrences = touched(from, to);
  const data: TimeEventRecorded = {
    time_event_id: newId(),
    work_order_id: null,
    operation_id: null,
    kind,
    station_id: stationId,
    operator_id: 'emp-101',
    started_at: from,
    ended_at: to,
    shift_date: '2026-01-05',
    shift: occurrences[0]!.shift,
    shift_occurrences: occurrences,
  };
  return eventOf(timeEventRecorded, data, stationId, {});
}

/** The same event in an envelope of its own, as a publisher that lost its memory would send it. */
export const publishedAgain = (event: OutboxEvent): OutboxEvent => ({
  ...event,
  envelope: { ...event.envelope, event_id: randomUUID() },
});

function eventOf<Data>(contract: EventContract<string, Data>, data: Data, aggregateId: string, where: Where) {
  return newEvent(contract, data, {
    eventId: randomUUID(),
    tenantId: where.tenantId ?? 'tenant-001',
    factoryId: where.factoryId ?? 'factory-sh-01',
    sourceService: 'mes',
    traceId: 'trace-test',
    at: new Date(),
    aggregateId,
  });
}
