import type { EventContract } from '@enghub/event-contracts/define-event';
import { parseEvent, type Envelope } from '@enghub/event-contracts/envelope';
import type { SqlExecutor } from './sql-executor.ts';

/** An event as it leaves its subgraph. */
export type OutboxEvent = Readonly<{
  routingKey: string;
  /** The ordering key: events with the same one are delivered in the order in which they were appended. */
  aggregateId: string;
  envelope: Envelope;
}>;

export type EventCircumstances = Readonly<{
  eventId: string;
  tenantId: string;
  factoryId: string | null;
  sourceService: string;
  traceId: string;
  at: Date;
}>;

/** Puts data that follows the contract into its envelope; throws when it doesn't follow. */
export function newEnvelope<Data>(
  contract: EventContract<string, Data>,
  data: Data,
  about: EventCircumstances,
): Envelope<Data> {
  return parseEvent(contract, {
    event_id: about.eventId,
    event_type: contract.name,
    version: contract.version,
    timestamp: about.at.toISOString(),
    tenant_id: about.tenantId,
    factory_id: about.factoryId,
    source_service: about.sourceService,
    trace_id: about.traceId,
    data,
  });
}

/** The same as a row for the outbox. */
export function newEvent<Data>(
  contract: EventContract<string, Data>,
  data: Data,
  about: EventCircumstances & Readonly<{ aggregateId: string }>,
): OutboxEvent {
  return {
    routingKey: contract.routingKey,
    aggregateId: about.aggregateId,
    envelope: newEnvelope(contract, data, about),
  };
}

/** Events by the names of the outbox's columns. */
export const outboxRows = (events: readonly OutboxEvent[]) =>
  events.map(({ routingKey, aggregateId, envelope }) => ({
    event_id: envelope.event_id,
    tenant_id: envelope.tenant_id,
    factory_id: envelope.factory_id,
    routing_key: routingKey,
    aggregate_id: aggregateId,
    envelope,
  }));

/**
 * Writes events in the caller's transaction, in one statement.
 * Call it after the aggregate's row was written: its lock is what keeps the order of one aggregate's events.
 */
export async function appendEvents(tx: SqlExecutor, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = JSON.stringify(outboxRows(events));
  await tx.$executeRaw`
    INSERT INTO outbox (event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope)
    SELECT event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope
      FROM ROWS FROM (jsonb_to_recordset(${rows}::jsonb) AS (
             event_id uuid, tenant_id text, factory_id text, routing_key text, aggregate_id text, envelope jsonb
           )) WITH ORDINALITY AS event(event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, position)
     ORDER BY position`;
}
