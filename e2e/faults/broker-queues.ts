/** What stands in the queues of a run's own broker. */
import { connect, type ChannelModel } from 'amqplib';
import { queueTopology } from '@enghub/messaging/rabbitmq-topology';
import { everyQueue } from '../support/distributed.ts';

export type BrokerQueues = Readonly<{
  /** Events that wait for a consumer, to be applied or to be kept as dead; only queues that hold some. */
  waiting(): Promise<ReadonlyMap<string, number>>;
  /** The empty text is the exchange where the routing key names a queue. */
  publish(exchange: string, routingKey: string, content: Buffer, properties: object): Promise<void>;
  close(): Promise<void>;
}>;

export function brokerQueues(url: string): BrokerQueues {
  const topologies = everyQueue.map((queue) => queueTopology('', queue));
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
        const lengths = new Map<string, number>();
        for (const { main, dead } of topologies) {
          for (const name of [main, dead]) {
            const messages = await countOf(connection, name);
            if (messages > 0) lengths.set(name, messages);
          }
        }
        return lengths;
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
