/** An outbox in memory. As with a sequence, numbers are given out before the commit: a lower one may be seen later. */
import type { OutboundEvent } from '../transport.ts';
import type { OutboxEntry } from '../relayed-outbox.ts';

export type Transaction = Readonly<{ commit(): void; rollBack(): void; entries: readonly OutboxEntry[] }>;

export type MemoryOutbox = Readonly<{
  /** Null while another transaction has written one of the aggregates: their rows are locked. */
  begin(events: readonly OutboundEvent[]): Transaction | null;
  open(): readonly Transaction[];
  unsent(limit: number, onTheirWay: readonly string[]): OutboxEntry[];
  markSent(ids: readonly string[]): void;
  /** Whoever holds it relays; the lock ends with the connection. */
  takeTurn(holder: object): boolean;
  isHeldBy(holder: object): boolean;
  release(holder: object): void;
}>;

export function createMemoryOutbox(): MemoryOutbox {
  const committed = new Map<string, OutboxEntry>();
  const sent = new Set<string>();
  const transactions = new Set<Transaction>();
  let lastId = 0;
  let turn: object | undefined;

  return {
    begin(events) {
      const locked = new Set([...transactions].flatMap(({ entries }) => entries.map(({ event }) => event.aggregateId)));
      if (events.some(({ aggregateId }) => locked.has(aggregateId))) return null;
      const transaction: Transaction = {
        entries: events.map((event) => ({ id: String((lastId += 1)), event })),
        commit() {
          for (const entry of transaction.entries) committed.set(entry.id, entry);
          transactions.delete(transaction);
        },
        rollBack: () => void transactions.delete(transaction),
      };
      transactions.add(transaction);
      return transaction;
    },
    open: () => [...transactions],
    unsent: (limit, onTheirWay) =>
      [...committed.values()]
        .filter(({ id }) => !sent.has(id) && !onTheirWay.includes(id))
        .sort((one, other) => Number(one.id) - Number(other.id))
        .slice(0, limit),
    markSent: (ids) => ids.forEach((id) => sent.add(id)),
    takeTurn(holder) {
      turn ??= holder;
      return turn === holder;
    },
    isHeldBy: (holder) => turn === holder,
    release(holder) {
      if (turn === holder) turn = undefined;
    },
  };
}
