import type { Transport } from '@enghub/messaging/transport';

/**
 * Events that an earlier run left in an outbox must not be handed over before every consumer of this run listens:
 * in process there is no broker that would keep them for a consumer that comes later.
 */
export function heldTransport(transport: Transport): { transport: Transport; release: () => void } {
  let release = () => {};
  const everyoneListens = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    release,
    transport: {
      ...transport,
      publish: async (events) => {
        await everyoneListens;
        await transport.publish(events);
      },
    },
  };
}
