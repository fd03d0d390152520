/** The tables of a consumer's database in memory; mailbox-contract.ts holds them to what PostgreSQL does. */
import { asBytes, obituaryOf, resolutionOf, type DeadLetter } from '../dead-letters.ts';
import { UnstorableLetter, type Delivery, type Letter, type Mailbox } from '../mailbox.ts';
import type { OutboxEvent } from '../outbox.ts';

type Row = Letter & Readonly<{ consumer: string; id: number; held: boolean; nextAttemptAt: number }>;

export type KeptLetter = DeadLetter &
  Readonly<{ state: 'DEAD' | 'REPLAYING' | 'RESOLVED' | 'DISCARDED'; settledBy: string | null }>;

export type MemoryTables = Readonly<{
  /** A connection of its own, with or without the turn. */
  open(consumer: string): MemoryMailbox;
  post(deliveries: readonly Delivery[], options?: Readonly<{ held?: boolean }>): void;
  revive(id: string, by: string): boolean;
  discard(id: string, by: string): boolean;
  /** What lies in the mailbox of a consumer, in order. */
  letters(consumer: string): readonly Row[];
  dead(consumer: string): readonly KeptLetter[];
  /** What the plant was told of dead letters. */
  told(): readonly OutboxEvent[];
}>;

/** Answers at once; a caller that waits finds it done. */
export type MemoryMailbox = Readonly<{
  [Method in keyof Mailbox]: Mailbox[Method] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer
    : Mailbox[Method];
}> &
  Readonly<{ loseConnection(): void }>;

export function createMemoryTables(now: () => number): MemoryTables {
  let rows: readonly Row[] = [];
  let lastId = 0;
  const dead = new Map<string, KeptLetter>();
  const told: OutboxEvent[] = [];
  const turns = new Map<string, object>();

  const isOf = (consumer: string, eventId: string) => (row: Row) =>
    row.consumer === consumer && row.eventId === eventId;

  const remove = (which: (row: Row) => boolean) => (rows = rows.filter((row) => !which(row)));

  function add(
    consumer: string,
    letter: Letter,
    { held, nextAttemptAt = now() }: Pick<Row, 'held'> & Partial<Row>,
  ): void {
    rows = [...rows, { ...letter, consumer, held, nextAttemptAt, id: (lastId += 1) }];
  }

  function tell(event: OutboxEvent | null): void {
    if (event) told.push(event);
  }

  function bury(letter: DeadLetter, news: OutboxEvent | null): void {
    remove(isOf(letter.consumer, letter.eventId));
    const earlier = [...dead.values()].find((it) => it.consumer === letter.consumer && it.eventId === letter.eventId);
    if (earlier?.state === 'DISCARDED') return;
    const attempts = (earlier?.attempts ?? 0) + letter.attempts;
    dead.set(earlier?.id ?? letter.id, {
      ...(earlier ?? letter),
      attempts,
      error: letter.error,
      state: 'DEAD',
      settledBy: null,
    });
    tell(news);
  }

  function open(consumer: string): MemoryMailbox {
    let connection = {};
    const hasTurn = () => turns.get(consumer) === connection;
    const own = () => rows.filter((row) => row.consumer === consumer);
    const waits = (row: Row) => row.attempts > 0 && row.nextAttemptAt > now();

    function endTurn(): void {
      if (hasTurn()) turns.delete(consumer);
    }

    return {
      hasTurn,
      takeTurn() {
        if (!turns.has(consumer)) turns.set(consumer, connection);
        return hasTurn();
      },
      endTurn,
      // No tool asks for it here.
      isWithheld: () => false,
      loseConnection() {
        endTurn();
        connection = {};
      },
      collect: (busy, limit) =>
        own()
          .filter(
            (letter) =>
              !busy.includes(letter.aggregateId) &&
              !own().some((it) => it.aggregateId === letter.aggregateId && it.id <= letter.id && waits(it)),
          )
          .slice(0, limit),
      heldAggregates: () => [...new Set(own().flatMap((row) => (row.held ? [row.aggregateId] : [])))],
      lineUp(letter) {
        if (!own().some((row) => row.held && row.aggregateId === letter.aggregateId)) return false;
        if (!own().some(isOf(consumer, letter.eventId))) add(consumer, letter, { held: true });
        return true;
      },
      discard: (eventIds) => void remove((row) => row.consumer === consumer && eventIds.includes(row.eventId)),
      resolve(letter) {
        remove(isOf(consumer, letter.eventId));
        const kept = letter.deadLetterId === null ? undefined : dead.get(letter.deadLetterId);
        if (kept?.state !== 'REPLAYING') return;
        dead.set(kept.id, { ...kept, state: 'RESOLVED' });
        const outcome = { outcome: 'REPLAYED', by: kept.settledBy, reason: null } as const;
        tell(resolutionOf({ ...letter, id: kept.id, consumer }, letter.envelope, outcome, new Date(now())));
      },
      postpone(letter, { attempts, delayMs }) {
        if (isUnstorable(letter)) throw new UnstorableLetter('no JSON');
        const nextAttemptAt = now() + delayMs;
        if (!own().some(isOf(consumer, letter.eventId)))
          return add(consumer, { ...letter, attempts }, { held: true, nextAttemptAt });
        rows = rows.map((row) => (isOf(consumer, letter.eventId)(row) ? { ...row, attempts, nextAttemptAt } : row));
      },
      bury(letter) {
        if (letter.envelope && isUnstorable(letter)) bury(asBytes(letter), null);
        else bury(letter, obituaryOf(letter, new Date(now())));
      },
    };
  }

  return {
    open,
    post(deliveries, { held = false } = {}) {
      for (const { consumer, event } of deliveries) {
        const eventId = event.envelope.event_id;
        const letter = { ...event, eventId, attempts: 0, deadLetterId: null };
        if (!rows.some(isOf(consumer, eventId))) add(consumer, letter, { held });
      }
    },
    revive(id, by) {
      const letter = dead.get(id);
      if (letter?.state !== 'DEAD' || !letter.envelope) return false;
      dead.set(id, { ...letter, state: 'REPLAYING', settledBy: by });
      const { consumer, eventId, routingKey, aggregateId, envelope } = letter;
      const isThere = isOf(consumer, eventId);
      if (!rows.some(isThere)) {
        add(consumer, { eventId, routingKey, aggregateId, envelope, attempts: 0, deadLetterId: id }, { held: true });
      } else rows = rows.map((row) => (isThere(row) ? { ...row, deadLetterId: id } : row));
      return true;
    },
    discard(id, by) {
      const letter = dead.get(id);
      if (letter?.state !== 'DEAD') return false;
      dead.set(id, { ...letter, state: 'DISCARDED', settledBy: by });
      return true;
    },
    letters: (consumer) => rows.filter((row) => row.consumer === consumer),
    dead: (consumer) => [...dead.values()].filter((letter) => letter.consumer === consumer),
    told: () => told,
  };
}

/** PostgreSQL's jsonb holds no zero character. */
const isUnstorable = ({ envelope }: Pick<DeadLetter, 'envelope'>): boolean =>
  JSON.stringify(envelope).includes(String.raw`\u0000`);
