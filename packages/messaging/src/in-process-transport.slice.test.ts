import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase } from '@enghub/testkit/postgres';
import { openDeadLetters } from './dead-letters-for-tests.ts';
import { createEffectsTable, openEffects } from './effects-for-tests.ts';
import { createInProcessTransport } from './in-process-transport.ts';
import { messagingMigrations } from './migrations.ts';
import { describeTransport } from './transport-contract.ts';

describeTransport('the in-process transport', async () => {
  const database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
  await createEffectsTable(database.ownerUrl, 'qms');
  const effects = openEffects(database.appUrl);
  const deadLetters = openDeadLetters(database);
  return {
    open: async () => createInProcessTransport({ retryDelaysMs: [20, 40, 80] }),
    effects,
    mailboxUrl: database.relayUrl,
    deadLetters,
    environment: { APP_URL: database.appUrl, MAILBOX_URL: database.relayUrl },
    uses: () => {},
    async close() {
      await deadLetters.close();
      await effects.close();
      await database.drop();
    },
  };
});
