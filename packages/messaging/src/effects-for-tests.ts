/** A consumer's database in tests: each event that was applied leaves one row, in the transaction of its claim. */
import { randomUUID } from 'node:crypto';
import { stationDefined, type StationDefined } from '@enghub/event-contracts/mes/station-defined.v1';
import type { Envelope } from '@enghub/event-contracts/envelope';
import pg from 'pg';
import { claim } from './inbox.ts';
import { newEvent } from './outbox.ts';
import { sqlExecutor } from './sql-executor.ts';
import type { OutboundEvent } from './transport.ts';

export const testTenant = 'tenant-001';
export const testFactory = 'factory-sh-01';
export const stationEvents = stationDefined.routingKey;

export type Effects = Readonly<{
  /** Claims and applies the event; `beforeCommit` may fail or never return. */
  apply(consumer: string, event: Envelope, beforeCommit?: () => Promise<void>): Promise<void>;
  /** What the consumer applied, in the order of the commits: `aggregate/code`. */
  applied(consumer: string): Promise<string[]>;
  close(): Promise<void>;
}>;

/** An event of an aggregate whose code tells it from the others. */
export function stationEvent(aggregateId: string, code: string): OutboundEvent {
  return newEvent(
    stationDefined,
    { station_id: aggregateId, code, name: `Station ${code}`, line_id: null, at: '2026-11-22T08:00:00Z' },
    {
      eventId: randomUUID(),
      tenantId: testTenant,
      factoryId: testFactory,
      sourceService: 'mes',
      traceId: 'trace-1',
      at: new Date('2026-11-22T08:00:00Z'),
      aggregateId,
    },
  );
}

export function nameOf(event: Envelope): string {
  const { station_id, code } = event.data as StationDefined;
  return `${station_id}/${code}`;
}

export function namesOf(events: readonly OutboundEvent[]): string[] {
  return events.map((event) => nameOf(event.envelope));
}

export async function createEffectsTable(ownerUrl: string, namespace: string): Promise<void> {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  try {
    await owner.query(
      `CREATE TABLE ${namespace}.effects (position bigserial, consumer text NOT NULL, name text NOT NULL);
       GRANT ALL ON ${namespace}.effects, ${namespace}.effects_position_seq TO ${namespace}_app`,
    );
  } finally {
    await owner.end();
  }
}

/** A pool whose database may be dropped before the last of its connections has heard that the pool ended. */
export function openTestPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export function openEffects(appUrl: string): Effects {
  const pool = openTestPool({ connectionString: appUrl, max: 8 });
  return {
    async apply(consumer, event, beforeCommit) {
      const client = await pool.connect();
      let failed = true;
      try {
        await client.query('BEGIN');
        await client.query(`SELECT set_config('app.tenant_id', $1, true)`, [event.tenant_id]);
        if (await claim(sqlExecutor(client), consumer, event)) {
          await client.query('INSERT INTO effects (consumer, name) VALUES ($1, $2)', [consumer, nameOf(event)]);
        }
        await beforeCommit?.();
        await client.query('COMMIT');
        failed = false;
      } finally {
        // A failed transaction ends with its connection.
        client.release(failed);
      }
    },
    async applied(consumer) {
      const { rows } = await pool.query<{ name: string }>(
        'SELECT name FROM effects WHERE consumer = $1 ORDER BY position',
        [consumer],
      );
      return rows.map((row) => row.name);
    },
    close: () => pool.end(),
  };
}
