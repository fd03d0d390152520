/** Who hears what in a namespace: told by each consumer, read by those who look at the database from outside. */
import type { DatabaseSession } from './database-session.ts';

/** True, so that it can be waited for. */
export async function registerConsumer(
  session: DatabaseSession,
  consumer: string,
  routingKeys: readonly string[],
): Promise<boolean> {
  await session.query(
    `INSERT INTO consumers (consumer, routing_keys) VALUES ($1, $2)
     ON CONFLICT (consumer) DO UPDATE
       SET routing_keys = EXCLUDED.routing_keys,
           heard_since = CASE consumers.routing_keys WHEN '{}' THEN clock_timestamp() ELSE consumers.heard_since END
       WHERE consumers.routing_keys <> EXCLUDED.routing_keys`,
    [consumer, routingKeys],
  );
  return true;
}

/** Announces a consumer that has not started yet: it is to wait until history was put in front of what it hears. */
export async function expectConsumer(session: DatabaseSession, consumer: string): Promise<boolean> {
  const rows = await session.query<object>(
    `INSERT INTO consumers (consumer, routing_keys, waits_for_history) VALUES ($1, '{}', true)
     ON CONFLICT (consumer) DO UPDATE SET waits_for_history = true WHERE consumers.routing_keys = '{}'
     RETURNING 1`,
    [consumer],
  );
  return rows.length === 1;
}

/** Lets it go on without history, or with what it got of it. False when it does not wait. */
export async function releaseConsumer(session: DatabaseSession, consumer: string): Promise<boolean> {
  const rows = await session.query<object>(
    `UPDATE consumers SET waits_for_history = false WHERE consumer = $1 AND waits_for_history RETURNING 1`,
    [consumer],
  );
  return rows.length === 1;
}

export type RegisteredConsumer = Readonly<{
  consumer: string;
  routingKeys: readonly string[];
  heardSince: Date;
  waitsForHistory: boolean;
}>;

export const registeredConsumers = (session: DatabaseSession): Promise<RegisteredConsumer[]> =>
  session.query<RegisteredConsumer>(
    `SELECT consumer, routing_keys AS "routingKeys", heard_since AS "heardSince", waits_for_history AS "waitsForHistory"
       FROM consumers ORDER BY consumer`,
  );
