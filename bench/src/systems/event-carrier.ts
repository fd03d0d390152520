/** A relay, a consumer, or both, in a process of their own; event-carriers.ts tells it which. */
import { claim } from '@enghub/messaging/inbox';
import { createInProcessTransport } from '@enghub/messaging/in-process-transport';
import { silentLogger } from '@enghub/messaging/logger';
import { connectRabbitMq } from '@enghub/messaging/rabbitmq-transport';
import { startRelay } from '@enghub/messaging/relay';
import { sqlExecutor } from '@enghub/messaging/sql-executor';
import pg from 'pg';
import type { Applied, CarrierOrder, FromCarrier, ToCarrier } from './event-carriers.ts';

const tell = (message: FromCarrier) => process.send!(message);
let wakeRelay = () => {};

process.on('message', (message: ToCarrier) => {
  if (message.kind === 'wake') wakeRelay();
  else
    start(message).then(
      () => tell({ kind: 'ready' }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
});
process.on('disconnect', () => process.exit(0));

async function start({ broker, outboxUrl, consumer }: CarrierOrder): Promise<void> {
  const transport = broker ? await connectRabbitMq(broker) : createInProcessTransport();
  if (consumer) {
    const handle = effects(consumer.queue, consumer.appUrl);
    const { queue, routingKey, mailboxUrl } = consumer;
    await transport.subscribe({ queue, routingKeys: [routingKey], mailboxUrl, handle });
  }
  if (outboxUrl) {
    const relay = startRelay({ relayUrl: outboxUrl, namespace: 'mes', transport, logger: silentLogger });
    wakeRelay = relay.wake;
  }
}

/** The least that a consumer does: claims the event and leaves a row, in one transaction. */
function effects(queue: string, appUrl: string) {
  const pool = new pg.Pool({ connectionString: appUrl, max: 8 });
  const applied: Applied[] = [];
  setInterval(() => {
    if (applied.length > 0) tell({ kind: 'applied', events: applied.splice(0) });
  }, 100);
  return async (event: Readonly<{ event_id: string; tenant_id: string }>) => {
    const client = await pool.connect();
    let failed = true;
    try {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('app.tenant_id', $1, true)`, [event.tenant_id]);
      if (await claim(sqlExecutor(client), queue, event)) {
        await client.query('INSERT INTO effects (event_id) VALUES ($1)', [event.event_id]);
      }
      await client.query('COMMIT');
      failed = false;
    } finally {
      client.release(failed);
    }
    applied.push([event.event_id, String(process.hrtime.bigint())]);
  };
}
