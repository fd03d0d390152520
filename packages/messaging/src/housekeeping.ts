/** What the active relay does beside its work: it moves sent events to the archive, keeps its months, and forgets what is too old. */
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
  { outboxDays, archiveDays, requestDays }: Retention,
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

  /**
   * What consumers applied before the oldest month of the archive: it cannot be replayed, so nobody will ask. The limit is
   * remembered in the same statement, for a replay from a service that keeps its history longer.
   */
  async function forgetApplied(): Promise<number> {
    const [row] = await session.query<{ forgotten: number }>(
      `WITH old AS MATERIALIZED (
         SELECT date_trunc('month', now() - make_interval(days => $1), 'UTC') AS since),
       gone AS (
         DELETE FROM inbox WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM inbox WHERE processed_at < (SELECT since FROM old) LIMIT ${batchSize}))
         RETURNING consumer),
       limits AS (
         UPDATE consumers SET knows_since = old.since FROM old
          WHERE knows_since < old.since AND consumer IN (SELECT consumer FROM gone))
       SELECT count(*)::integer AS forgotten FROM gone`,
      [archiveDays],
    );
    return row?.forgotten ?? 0;
  }

  async function forgetRequests(): Promise<number> {
    const [row] = await session.query<{ forgotten: number }>(
      `WITH gone AS (
         DELETE FROM requests WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM requests WHERE created_at < now() - make_interval(days => $1)
            ORDER BY created_at LIMIT ${batchSize}))
         RETURNING 1)
       SELECT count(*)::integer AS forgotten FROM gone`,
      [requestDays],
    );
    return row?.forgotten ?? 0;
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
        const done = [await moveSent(), await forgetApplied(), await forgetRequests()];
        if (done.every((rows) => rows < batchSize)) return false;
        lookedAt = 0;
        return true;
      } catch (error) {
        logger.warn({ error: describeError(error) }, 'could not keep the archive, will try again');
        return false;
      }
    },
  };
}
