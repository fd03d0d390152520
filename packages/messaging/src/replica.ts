/** Run as a process by replicas.slice.test.ts: relays the outbox, consumes a queue, or both, and says what it does. */
import { nameOf, openEffects, stationEvents } from './effects-for-tests.ts';
import { createInProcessTransport } from './in-process-transport.ts';
import { silentLogger } from './logger.ts';
import { connectRabbitMq } from './rabbitmq-transport.ts';
import { startRelay } from './relay.ts';

const { APP_URL = '', RELAY_URL = '', QUEUE = '', ROLES = '', BROKER_URL, PREFIX = '' } = process.env;
const retryDelaysMs = [20, 40, 80];
const roles = ROLES.split(',');

const transport = BROKER_URL
  ? await connectRabbitMq({ url: BROKER_URL, prefix: PREFIX, retryDelaysMs })
  : createInProcessTransport({ retryDelaysMs });

if (roles.includes('consumer')) {
  const effects = openEffects(APP_URL);
  const failed = new Set<string>();
  await transport.subscribe({
    queue: QUEUE,
    routingKeys: [stationEvents],
    mailboxUrl: RELAY_URL,
    async handle(event) {
      const name = nameOf(event);
      console.log(`handled ${name}`);
      // Some events wait in the mailbox for another try whenever a process is ended.
      if (name.endsWith('17') && !failed.has(name)) {
        failed.add(name);
        throw new Error('the machine is busy');
      }
      await effects.apply(QUEUE, event);
    },
  });
}

if (roles.includes('relay')) {
  startRelay({
    relayUrl: RELAY_URL,
    namespace: 'qms',
    logger: silentLogger,
    transport: {
      async publish(events) {
        console.log(`publishes ${events.length}`);
        await transport.publish(events);
      },
    },
  });
}
console.log('ready');
