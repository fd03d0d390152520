/** What waits in one namespace, for all tenants. */
import type { DatabaseSession } from './database-session.ts';

export type NamespaceBacklog = Readonly<{
  unsent: number;
  oldestSeconds: number;
  consumers: readonly ConsumerBacklog[];
}>;

export type ConsumerBacklog = Readonly<{
  consumer: string;
  waiting: number;
  retrying: number;
  dead: number;
  waitsForHistory: boolean;
}>;

export async function backlogOf(session: DatabaseSession): Promise<NamespaceBacklog> {
  const [outbox] = await session.query<{ unsent: number; oldestSeconds: number }>(
    `SELECT count(*)::integer AS unsent,
            greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0))::float8 AS "oldestSeconds"
       FROM outbox WHERE sent_at IS NULL`,
  );
  const consumers = await session.query<ConsumerBacklog>(
    `SELECT consumer, count(*) FILTER (WHERE kind = 'letter')::integer AS waiting,
            count(*) FILTER (WHERE kind = 'letter' AND attempts > 0)::integer AS retrying,
            count(*) FILTER (WHERE kind = 'dead')::integer AS dead,
            coalesce(bool_or(waits), false) AS "waitsForHistory"
       FROM (SELECT consumer, 'letter' AS kind, attempts, NULL::boolean AS waits FROM mailbox
             UNION ALL SELECT consumer, 'dead', 0, NULL FROM dead_letters WHERE state IN ('DEAD', 'REPLAYING')
             UNION ALL SELECT consumer, 'consumer', 0, waits_for_history FROM consumers) known
      GROUP BY consumer ORDER BY consumer`,
  );
  return { unsent: outbox?.unsent ?? 0, oldestSeconds: outbox?.oldestSeconds ?? 0, consumers };
}
