/** Run as a process by the transport contract: applies one event and stands still at the crash point. */
import { openEffects, stationEvents } from './effects-for-tests.ts';
import { createInProcessTransport } from './in-process-transport.ts';
import { connectRabbitMq } from './rabbitmq-transport.ts';

const { APP_URL = '', MAILBOX_URL = '', QUEUE = '', CRASH_POINT, BROKER_URL, PREFIX, RETRY_DELAYS = '' } = process.env;

const effects = openEffects(APP_URL);
const transport = BROKER_URL
  ? await connectRabbitMq({ url: BROKER_URL, prefix: PREFIX ?? '', retryDelaysMs: JSON.parse(RETRY_DELAYS) })
  : createInProcessTransport();

async function standStill(): Promise<void> {
  console.log('at the crash point');
  await new Promise(() => setInterval(() => {}, 60_000));
}

await transport.subscribe({
  queue: QUEUE,
  routingKeys: [stationEvents],
  mailboxUrl: MAILBOX_URL,
  async handle(event) {
    await effects.apply(QUEUE, event, CRASH_POINT === 'before-commit' ? standStill : undefined);
    await standStill();
  },
});
