/** What the active relay does beside its work: it moves sent events to the archive, and keeps the archive's months. */
import type { DatabaseSession } from './database-session.ts';
import type { Logger } from './logger.ts';
import type { Retention } from './retention.ts';
import { describeError } from './transport.ts';

export type Housekeeping = Readonly<{
  /** A small step, when it is time for one. True when there is more to do at once. It holds up no event by failing. */
  step(): Promise<boolean>;
}>;

const lookEveryMs = 60_000;
const monthsEveryMs = 3_600_000;
const batchSize = 1_000;

export function createHousekeeping(
  session: DatabaseSession,
  { outboxDays, archiveDays }: Retention,
  logger: Logger,
): Housekeeping {
  let lookedAt = 0;
  let monthsAt = 0;

  async function keepMonths(): Promise<void> {
    const [first] = await session.query<{ at: Date }>(`SELECT created_at AS at FROM outbox ORDER BY id LIMIT 1`);
    // Numbers are given in the order of the statements, instants are those of the beginnings of their transactions.
    await session.query(
      `CALL keep_outbox_months(coalesce($1::timestamptz, now()) - interval '1 day', now() - make_interval(days => $2))`,
      [first?.at ?? null, archiveDays],
    );
  }

  /** One statement, so that whoever reads both tables in one finds each event once. */
  async function moveSent(): Promise<number> {
    const [row] = await session.query<{ moved: number }>(
      `WITH sent AS (
         SELECT id FROM outbox WHERE sent_at < now() - make_interval(days => $1) ORDER BY sent_at LIMIT ${batchSize}),
       gone AS (
         DELETE FROM outbox WHERE id IN (SELECT id FROM sent)
         RETURNING id, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, created_at, sent_at),
       kept AS (
         INSERT INTO outbox_archive (id, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, created_at, sent_at)
         SELECT * FROM gone
          -- What was sent so late that its month is gone already.
          WHERE created_at >= date_trunc('month', now() - make_interval(days => $2), 'UTC'))
       SELECT count(*)::integer AS moved FROM gone`,
      [outboxDays, archiveDays],
    );
    return row?.moved ?? 0;
  }

  return {
    async step() {
      const now = Date.now();
      if (now - lookedAt < lookEveryMs) return false;
      lookedAt = now;
      try {
        if (now - monthsAt >= monthsEveryMs) {
          await keepMonths();
          monthsAt = now;
        }
        if ((await moveSent()) < batchSize) return false;
        lookedAt = 0;
        return true;
      } catch (error) {
        logger.warn({ error: describeError(error) }, 'could not move sent events to the archive, will try again');
        return false;
      }
    },
  };
}
