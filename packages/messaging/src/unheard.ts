/** Events that no consumer's queue takes. */
import { contractFor } from '@enghub/event-contracts/all';
import type { Logger } from './logger.ts';
import type { OutboundEvent } from './transport.ts';

export type Unheard = Readonly<{
  add(event: OutboundEvent): void;
  total(): number;
  /** Those of one service that somebody has to hear. */
  amiss(service: string): number;
}>;

const tellAgainMs = 60_000;

/**
 * Some events are told for whoever may want them. Where the contract does not say so, nobody hearing it is an error: a
 * consumer is missing, or has not declared its queue yet. The event stays in the history, from where it can be replayed.
 */
export function createUnheard(logger: Logger): Unheard {
  const amiss = new Map<string, number>();
  const toldAt = new Map<string, number>();
  let total = 0;

  return {
    add({ routingKey, envelope: { event_id: eventId, source_service: service } }) {
      total += 1;
      if (contractFor(routingKey)?.mayGoUnheard) return;
      const count = (amiss.get(service) ?? 0) + 1;
      amiss.set(service, count);
      const now = Date.now();
      if (now - (toldAt.get(routingKey) ?? -Infinity) < tellAgainMs) return;
      toldAt.set(routingKey, now);
      logger.error({ routingKey, eventId, unheardOfService: count }, 'nobody hears an event that somebody has to');
    },
    total: () => total,
    amiss: (service) => amiss.get(service) ?? 0,
  };
}
