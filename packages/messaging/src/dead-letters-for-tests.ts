/** What tests see of a consumer's dead letters, and do about them. */
import { discardDeadLetter, reviveDeadLetter } from './dead-letters.ts';
import { openTestPool, testTenant } from './effects-for-tests.ts';
import { sqlExecutor } from './sql-executor.ts';

export type KeptLetter = Readonly<{
  id: string;
  eventId: string;
  tenantId: string;
  state: string;
  attempts: number;
  error: string;
}>;

export type DeadLetters = Readonly<{
  /** In the order in which they died. */
  of(consumer: string): Promise<KeptLetter[]>;
  revive(id: string): Promise<boolean>;
  discard(id: string): Promise<boolean>;
  /** What the plant was told about letters of a consumer: the event's type, and the outcome if there is one. */
  told(consumer: string): Promise<string[]>;
  close(): Promise<void>;
}>;

type Urls = Readonly<{ relayUrl: string; appUrl: string }>;

export function openDeadLetters({ relayUrl, appUrl }: Urls): DeadLetters {
  const pool = openTestPool({ connectionString: relayUrl, max: 2 });
  // They are settled as requests do it: bound to a tenant.
  const options = `-c app.tenant_id=${testTenant} -c app.factory_ids=*`;
  const requests = openTestPool({ connectionString: appUrl, max: 2, options });
  const tx = sqlExecutor(requests);
  return {
    async of(consumer) {
      const { rows } = await pool.query<KeptLetter>(
        `SELECT id, event_id AS "eventId", tenant_id AS "tenantId", state, attempts, last_error AS error
           FROM dead_letters WHERE consumer = $1 ORDER BY since`,
        [consumer],
      );
      return rows;
    },
    revive: (id) => reviveDeadLetter(tx, id, 'emp-901'),
    discard: (id) => discardDeadLetter(tx, id, 'emp-901', 'counted by hand'),
    async told(consumer) {
      const { rows } = await pool.query<{ told: string }>(
        `SELECT concat_ws(' ', envelope->>'event_type', envelope->'data'->>'outcome', envelope->'data'->>'by') AS told
           FROM outbox WHERE envelope->'data'->>'consumer' = $1 ORDER BY id`,
        [consumer],
      );
      return rows.map(({ told }) => told);
    },
    close: async () => void (await Promise.all([pool.end(), requests.end()])),
  };
}
