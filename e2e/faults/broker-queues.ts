/** What stands in the queues of a run's own broker. */
import { connect, type ChannelModel } from 'amqplib';
import { queueTopology } from '@enghub/messaging/rabbitmq-topology';
import { defaultRetryDelaysMs } from '@enghub/messaging/transport';
import type { Facts } from './facts.ts';

export const consumerQueues = [
  'mes.completion',
  'mes.costing',
  'mes.daily-reports',
  'mes.dispatching',
  'mes.readiness',
  'qms.inspections',
  'qms.defects',
  'pp.material-requirements',
  'eam.equipment',
  'eam.production',
  'luaguage-bridge.notifications',
  'luaguage-bridge.order-feedback',
] as const;

export type BrokerQueues = Readonly<{
  /** Events that wait for a consumer, or for another try. */
  waiting(): Promise<number>;
  deadLetters(): Promise<Facts['deadLetters']>;
  /** How often each dead letter of a consumer was tried. */
  triesOfDead(queue: string): Promise<number[]>;
  /** The empty text is the exchange where the routing key names a queue. */
  publish(exchange: string, routingKey: string, content: Buffer, properties: object): Promise<void>;
  close(): Promise<void>;
}>;

export function brokerQueues(url: string): BrokerQueues {
  const topologies = consumerQueues.map((queue) => queueTopology('', queue, defaultRetryDelaysMs));
  let publishing: Awaited<ReturnType<typeof openPublisher>> | undefined;
  async function withConnection<Result>(use: (connection: ChannelModel) => Promise<Result>): Promise<Result> {
    const connection = await connect(url, { timeout: 5_000 });
    connection.on('error', () => undefined);
    try {
      return await use(connection);
    } finally {
      await connection.close().catch(() => undefined);
    }
  }

  return {
    waiting: () =>
      withConnection(async (connection) => {
        let messages = 0;
        for (const { main, retries } of topologies) {
          for (const name of [main, ...retries.map((retry) => retry.name)]) messages += await countOf(connection, name);
        }
        return messages;
      }),
    deadLetters: () =>
      withConnection(async (connection) => {
        const counts: { queue: string; count: number }[] = [];
        for (const { main, dead } of topologies) {
          const count = await countOf(connection, dead);
          if (count > 0) counts.push({ queue: main, count });
        }
        return counts;
      }),
    triesOfDead: (queue) =>
      withConnection(async (connection) => {
        const channel = await connection.createChannel();
        const tries: number[] = [];
        // They are not acknowledged, so with the channel they go back.
        for (;;) {
          const message = await channel.get(`${queue}.dead`);
          if (!message) break;
          tries.push(Number(message.properties.headers?.['x-enghub-attempts']));
        }
        await channel.close();
        return tries;
      }),
    async publish(exchange, routingKey, content, properties) {
      publishing ??= await openPublisher(url);
      publishing.channel.publish(exchange, routingKey, content, { persistent: true, ...properties });
      await publishing.channel.waitForConfirms();
    },
    close: async () => publishing?.connection.close().catch(() => undefined),
  };
}

async function openPublisher(url: string) {
  const connection = await connect(url, { timeout: 5_000 });
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return { connection, channel };
}

/** A channel of its own for each: asking for a queue that is not there ends the channel. */
async function countOf(connection: ChannelModel, queue: string): Promise<number> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  } catch (error) {
    if ((error as { code?: number }).code === 404) return 0;
    throw error;
  }
}
