import type { ConfirmChannel, Options } from 'amqplib';

export type Message = Readonly<{
  /** The empty text is the default exchange, where the routing key names a queue. */
  exchange: string;
  routingKey: string;
  content: Buffer;
  options: Options.Publish;
}>;

/** Resolves when the broker is responsible for the message: 'returned' means that no queue wanted it. */
export type ConfirmedPublisher = (message: Message) => Promise<'routed' | 'returned'>;

const confirmWithinMs = 30_000;

/** Persistent, mandatory, confirmed: without "mandatory" an unroutable message is confirmed and lost. */
export function confirmedPublisher(channel: ConfirmChannel): ConfirmedPublisher {
  const returned = new Set<string>();
  let sequence = 0;
  channel.on('return', (message) => returned.add(String(message.properties.headers?.['x-sequence'])));

  return ({ exchange, routingKey, content, options }) =>
    new Promise((resolve, reject) => {
      const own = String((sequence += 1));
      const late = setTimeout(() => {
        reject(new Error(`the broker did not confirm within ${confirmWithinMs} ms`));
        // What is unconfirmed has no end of its own; with the channel it ends.
        void channel.close().catch(() => {});
      }, confirmWithinMs);
      const headers = { ...options.headers, 'x-sequence': own };
      try {
        channel.publish(
          exchange,
          routingKey,
          content,
          { ...options, headers, persistent: true, mandatory: true },
          (error: unknown) => {
            clearTimeout(late);
            // The broker sends a return ahead of its confirm.
            const wasReturned = returned.delete(own);
            if (error) reject(error instanceof Error ? error : new Error(`not confirmed: ${String(error)}`));
            else resolve(wasReturned ? 'returned' : 'routed');
          },
        );
      } catch (error) {
        clearTimeout(late);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
}
