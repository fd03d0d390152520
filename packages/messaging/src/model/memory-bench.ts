import type { MailboxBench } from '../mailbox-contract.ts';
import { createMemoryTables } from './memory-mailbox.ts';

/** The mailbox in memory as mailbox-contract.ts asks for it. */
export async function memoryBench(): Promise<MailboxBench> {
  const tables = createMemoryTables(Date.now);
  return {
    open(consumer) {
      const own = tables.open(consumer);
      return {
        hasTurn: () => own.hasTurn(),
        takeTurn: async () => own.takeTurn(),
        endTurn: async () => own.endTurn(),
        isWithheld: async () => own.isWithheld(),
        collect: async (busy, limit) => own.collect(busy, limit),
        heldAggregates: async () => own.heldAggregates(),
        lineUp: async (letter) => own.lineUp(letter),
        discard: async (eventIds) => own.discard(eventIds),
        resolve: async (letter) => own.resolve(letter),
        postpone: async (letter, until) => own.postpone(letter, until),
        bury: async (letter) => own.bury(letter),
      };
    },
    post: async (deliveries, options) => tables.post(deliveries, options),
    revive: async (id) => tables.revive(id, 'emp-901'),
    discard: async (id) => tables.discard(id, 'emp-901'),
    dead: async (consumer) =>
      new Map(tables.dead(consumer).map(({ eventId, state, attempts }) => [eventId, `${state} after ${attempts}`])),
    told: async (consumer) =>
      tables.told().flatMap(({ envelope: { event_type, data } }) => {
        const about = data as { consumer: string; outcome?: string; by?: string };
        if (about.consumer !== consumer) return [];
        return [[event_type, about.outcome, about.by].filter((word) => word != null).join(' ')];
      }),
    close: async () => {},
  };
}
