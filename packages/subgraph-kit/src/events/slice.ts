/** What every subgraph shows of its events, and how it settles the dead letters that it keeps. */
import { fault } from '../fault.ts';
import type { BaseContext } from '../context.ts';
import { isId } from '../ids.ts';
import { isStorable } from '../instants.ts';
import { readPage, toPage } from '../pages.ts';
import type { SqlTransaction } from '../requests.ts';
import { enumOf, fieldOf } from './sdl.ts';
import * as store from './store.ts';

type Context = BaseContext<SqlTransaction>;
type Page = Readonly<{ first: number; after?: string | null }>;

export type EventsView = Readonly<{
  service: string;
  consumers: readonly string[];
  /** How much is in a consumer's queue; null when that cannot be known. */
  queued: (consumer: string) => Promise<number | null>;
  /** How many events of the service nobody hears though somebody has to. */
  unheard: () => number;
}>;

export const eventsResolvers = ({ service, consumers, queued, unheard }: EventsView): object => ({
  Query: {
    deadLetters: () => ({}),
    eventBacklog: () => ({}),
    eventHistory: (_: unknown, { aggregateId }: { aggregateId: string }) => ({ aggregateId }),
  },

  DeadLetters: {
    [fieldOf(service)]: async (
      _: unknown,
      args: Page & Readonly<{ states?: readonly store.LetterState[] | null }>,
      { db }: Context,
    ) => {
      const { first, after } = readPage(args, 2);
      const states = args.states ?? ['DEAD', 'REPLAYING'];
      const rows = await store.pageOfLetters(db, states, { first, before: after && placeOf(after) });
      return toPage(rows, first, ({ since, id }) => [since.toISOString(), id]);
    },
  },

  DeadLetter: {
    service: () => enumOf(service),
    event: ({ envelope }: store.KeptLetter) => envelope && JSON.stringify(envelope),
  },

  EventBacklog: {
    [fieldOf(service)]: async (_parent: unknown, _args: unknown, { db }: Context) => {
      const [{ events, oldestSeconds }, waiting] = await Promise.all([store.unsent(db), store.waitingOf(db)]);
      const known = new Map(waiting.map((it) => [it.consumer, it]));
      return {
        unsentEvents: events,
        oldestUnsentSeconds: oldestSeconds,
        unheardEvents: unheard(),
        // One that is gone may have left something behind.
        consumers: [...new Set([...consumers, ...known.keys()])].sort().map((consumer) => ({
          consumer,
          queued: () => queued(consumer),
          waiting: known.get(consumer)?.waiting ?? 0,
          retrying: known.get(consumer)?.retrying ?? 0,
          deadLetters: known.get(consumer)?.dead ?? 0,
        })),
      };
    },
  },

  EventHistory: {
    [fieldOf(service)]: async ({ aggregateId }: { aggregateId: string }, args: Page, { db }: Context) => {
      const { first, after } = readPage(args, 1);
      if (aggregateId.includes('\0')) return toPage<store.StoredEvent>([], first, () => []);
      const rows = await store.historyOf(db, aggregateId, { first, after: after && positionOf(after) });
      return toPage(rows, first, ({ position }) => [position]);
    },
  },

  PublishedEvent: {
    id: ({ envelope }: store.StoredEvent) => envelope.event_id,
    type: ({ envelope }: store.StoredEvent) => envelope.event_type,
    version: ({ envelope }: store.StoredEvent) => envelope.version,
    factoryId: ({ envelope }: store.StoredEvent) => envelope.factory_id,
    traceId: ({ envelope }: store.StoredEvent) => envelope.trace_id,
    publishedAt: ({ envelope }: store.StoredEvent) => new Date(envelope.timestamp),
    event: ({ envelope }: store.StoredEvent) => JSON.stringify(envelope),
  },
});

function placeOf([time = '', id = '']: readonly string[]): store.Place {
  const at = new Date(time);
  if (!isStorable(at) || !isId(id)) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  return { at, id };
}

function positionOf([position = '']: readonly string[]): string {
  if (!/^\d{1,18}$/.test(position)) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  return position;
}
