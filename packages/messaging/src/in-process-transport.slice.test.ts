import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase } from '@enghub/testkit/postgres';
import { createEffectsTable, openEffects, openTestPool } from './effects-for-tests.ts';
import { createInProcessTransport } from './in-process-transport.ts';
import { messagingMigrations } from './migrations.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('the in-process transport', async () => {
  const database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
  await createEffectsTable(database.ownerUrl, 'qms');
  const effects = openEffects(database.appUrl);
  const inspector = openTestPool({ connectionString: database.relayUrl, max: 1 });
  return {
    open: async () => createInProcessTransport({ retryDelaysMs: [20, 40, 80] }),
    effects,
    mailboxUrl: database.relayUrl,
    async deadLetters(queue) {
      const { rows } = await inspector.query<{ eventId: string; error: string }>(
        `SELECT event_id AS "eventId", last_error AS error FROM mailbox WHERE consumer = $1 AND state = 'DEAD' ORDER BY id`,
        [queue],
      );
      return rows;
    },
    environment: { APP_URL: database.appUrl, MAILBOX_URL: database.relayUrl },
    uses: () => {},
    async close() {
      await inspector.end();
      await effects.close();
      await database.drop();
    },
  };
});
