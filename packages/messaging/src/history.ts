/** What an outbox published, as far as outbox and archive still have it. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import type { DatabaseSession } from './database-session.ts';

/** When events were written: from the first instant on, before the second; null is without end. */
export type Interval = Readonly<{ from: Date | null; to: Date | null }>;

export type PastEvent = Readonly<{
  /** Its place in the outbox, which it keeps in the archive. */
  position: string;
  event_id: string;
  tenant_id: string;
  factory_id: string | null;
  routing_key: string;
  aggregate_id: string;
  envelope: Envelope;
  created_at: string;
}>;

export type HistoryFilter = Interval & Readonly<{ tenantId: string | null; factoryId: string | null }>;

/** In the order of publication. Sent or not: what is being published at this moment may have missed its consumer. */
export async function* readHistory(
  session: DatabaseSession,
  { from, to, tenantId, factoryId }: HistoryFilter,
  batchSize: number,
): AsyncGenerator<PastEvent[]> {
  let after = '0';
  for (;;) {
    // One statement for both tables: what is moved meanwhile is found once, and keeps its place between two of them.
    const batch = await session.query<PastEvent>(
      `SELECT id::text AS position, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope,
              created_at::text
         FROM (SELECT ${columns} FROM outbox UNION ALL SELECT ${columns} FROM outbox_archive) event
        WHERE id > $1::bigint
          AND created_at >= coalesce($2::timestamptz, '-infinity') AND created_at < coalesce($3::timestamptz, 'infinity')
          AND ($4::text IS NULL OR tenant_id = $4) AND ($5::text IS NULL OR factory_id = $5)
        ORDER BY event.id LIMIT ${batchSize}`,
      [after, from, to, tenantId, factoryId],
    );
    if (batch.length > 0) yield batch;
    const last = batch.at(-1);
    if (!last || batch.length < batchSize) return;
    after = last.position;
  }
}

const columns = 'id, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, created_at';
