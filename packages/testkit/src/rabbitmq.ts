import { randomUUID } from 'node:crypto';
import { createConnection } from 'node:net';
import { removeTopology } from '@enghub/messaging/rabbitmq-topology';

export type TestRabbitMq = Readonly<{
  url: string;
  /** Set it wherever a prefix is taken: it keeps this test's queues apart from everybody else's. */
  prefix: string;
  /** Deletes what the test declared. */
  remove(queues: readonly string[]): Promise<void>;
}>;

/**
 * A corner of a real RabbitMQ at RABBITMQ_URL, or at the usual place on this machine.
 * Undefined, with a loud warning, where none answers; an error under CI=true, so that nothing goes untested unnoticed.
 */
export async function rabbitMqForTests(): Promise<TestRabbitMq | undefined> {
  const url = process.env['RABBITMQ_URL'] || 'amqp://guest:guest@127.0.0.1:5672';
  if (!(await answers(url))) {
    const message = `RabbitMQ does not answer at ${new URL(url).host}: its tests DID NOT RUN. Set RABBITMQ_URL.`;
    if (process.env['CI'] === 'true') throw new Error(message);
    console.warn(`\n${'!'.repeat(message.length)}\n${message}\n${'!'.repeat(message.length)}\n`);
    return undefined;
  }
  const prefix = `test-${randomUUID().slice(0, 8)}.`;
  return {
    url,
    prefix,
    remove: (queues) => removeTopology(url, prefix, queues),
  };
}

function answers(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port || (protocol === 'amqps:' ? 5671 : 5672)) });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
