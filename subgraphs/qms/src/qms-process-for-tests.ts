/** QMS in a process of its own, to be killed. Publishes the events of EVENTS_FILE itself where no broker carries them. */
import { readFileSync } from 'node:fs';
import { createInProcessTransport } from '@enghub/messaging/in-process-transport';
import { createInProcessLiveBus } from '@enghub/messaging/live';
import { connectRabbitMq } from '@enghub/messaging/rabbitmq-transport';
import type { OutboxEvent } from '@enghub/messaging/outbox';
import { pino } from 'pino';
import { startQms } from './subgraph.ts';

const { DATABASE_URL: databaseUrl = '', RABBITMQ_URL: url, RABBITMQ_PREFIX: prefix = '', EVENTS_FILE } = process.env;

const transport = url ? await connectRabbitMq({ url, prefix }) : createInProcessTransport();
await startQms({
  databaseUrl,
  transport,
  live: createInProcessLiveBus(),
  graph: () => Promise.reject(new Error('QMS asks nobody')),
  logger: pino({ level: 'silent' }),
});
if (EVENTS_FILE) await transport.publish(JSON.parse(readFileSync(EVENTS_FILE, 'utf8')) as OutboxEvent[]);
console.log('ready');
