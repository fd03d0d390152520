/** The processes of a plant: our relay and our consumer as they are, on a stage that stands for everything outside of them. */
import { silentLogger } from '../logger.ts';
import type { Mailbox } from '../mailbox.ts';
import { startMailboxWorker } from '../mailbox-worker.ts';
import { startRabbitConsumer } from '../rabbitmq-consumer.ts';
import { eventsTopology, queueTopology } from '../rabbitmq-topology.ts';
import { startRelayOf } from '../relay.ts';
import type { Subscription, Transport } from '../transport.ts';
import type { Ledger } from './ledger.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { MemoryMailbox, MemoryTables } from './memory-mailbox.ts';
import type { MemoryOutbox } from './memory-outbox.ts';
import type { Life, Stage } from './stage.ts';

/** Small, so that a day has many of them, one on its way while the next is read. */
const batchSize = 4;

export const queue = 'qms.inspections';
// Far apart, so that whatever waits for no other try is done long before the first of them.
export const retryDelaysMs: readonly number[] = [8_000, 16_000, 32_000];

export type Surroundings = Readonly<{
  stage: Stage;
  ledger: Ledger;
  outbox: MemoryOutbox;
  tables: MemoryTables;
  /** Null where events are handed over inside one process. */
  broker: MemoryBroker | null;
}>;

export type Process = Readonly<{
  wake(): void;
  /** Ends it where it stands. */
  crash(): void;
  /** Lets it end by itself. */
  stop(): void;
  /** Cuts its connection to the broker. */
  cut(): void;
}>;

export function startRelayProcess(name: string, around: Surroundings, onPosted: () => void): Process {
  const { stage, outbox, broker, tables } = around;
  const life = stage.begin(name);
  let connection = {};
  const loseConnection = () => {
    outbox.release(connection);
    connection = {};
  };
  let isClosed = false;
  const ask = <T>(act: () => T) => {
    const whileOpen = () => {
      if (isClosed) throw new Error('the session is closed');
      return act();
    };
    return stage.step(life, `${name} database`, whileOpen, loseConnection);
  };
  const line = `${name} publishes`;
  const publish: Transport['publish'] = broker
    ? async (events) => {
        // Over a connection that may break between any two of them; two parts show as much.
        const half = Math.ceil(events.length / 2);
        for (const part of [events.slice(0, half), events.slice(half)]) {
          if (part.length > 0)
            await stage.step(
              life,
              line,
              () => broker.put(part),
              () => {},
            );
        }
      }
    : async (events) => {
        const deliveries = events.map((event) => ({ consumer: queue, event }));
        await stage.step(
          life,
          line,
          () => tables.post(deliveries),
          () => {},
        );
        onPosted();
      };
  const relay = startRelayOf(
    {
      becomeActive: async () => outbox.isHeldBy(connection) || ask(() => outbox.takeTurn(connection)),
      isActive: () => outbox.isHeldBy(connection),
      unsent: (limit, onTheirWay) => ask(() => outbox.unsent(limit, onTheirWay)),
      markSent: (ids) => ask(() => outbox.markSent(ids)),
      keepHouse: async () => false,
      notify: async () => {},
      backlog: async () => ({ events: 0, oldestSeconds: 0 }),
      async close() {
        isClosed = true;
        loseConnection();
      },
    },
    { namespace: 'mes', transport: { publish }, batchSize, logger: silentLogger },
  );
  return {
    wake: () => relay.wake(),
    crash() {
      stage.end(life);
      loseConnection();
    },
    stop: () => void relay.stop(),
    cut: () => {},
  };
}

export function startConsumerProcess(name: string, around: Surroundings): Process {
  const { stage, ledger, tables, broker } = around;
  const life = stage.begin(name);
  const own = tables.open(queue);
  let transactions = 0;
  const subscription: Subscription = {
    queue,
    routingKeys: ['#'],
    mailboxUrl: '',
    handle: (event) =>
      stage.step(
        life,
        `${name} transaction ${(transactions += 1)}`,
        () => ledger.handle(event.event_id),
        () => {},
      ),
  };
  const options = {
    subscription,
    mailbox: staged(life, own, around),
    retryDelaysMs,
    logger: silentLogger,
    register: async () => true,
    onRetry: () => {},
    onDead: () => {},
  };
  const consumer = broker
    ? startRabbitConsumer({
        ...options,
        brokers: [broker.of(life)],
        events: eventsTopology(''),
        queue: queueTopology('', queue),
      })
    : startMailboxWorker(options);
  return {
    wake: () => 'wake' in consumer && consumer.wake(),
    crash() {
      broker?.cut(life);
      stage.end(life);
      own.loseConnection();
    },
    stop: () => void consumer.stop().catch(() => {}),
    cut: () => broker?.cut(life),
  };
}

/** Over the one connection of a process, whose end is the end of its turn. */
function staged(life: Life, own: MemoryMailbox, { stage, ledger }: Surroundings): Mailbox {
  const ask = <T>(act: () => T) => stage.step(life, `${life.name} database`, act, () => own.loseConnection());
  return {
    hasTurn: () => own.hasTurn(),
    takeTurn: async () => own.hasTurn() || ask(() => own.takeTurn()),
    endTurn: () => ask(() => own.endTurn()),
    isWithheld: async () => own.isWithheld(),
    collect: (busy, limit) => ask(() => own.collect(busy, limit)),
    heldAggregates: () => ask(() => own.heldAggregates()),
    lineUp: (letter) => ask(() => own.lineUp(letter)),
    discard: async (eventIds) => (eventIds.length > 0 ? ask(() => own.discard(eventIds)) : undefined),
    resolve: (letter) => ask(() => own.resolve(letter)),
    postpone: (letter, until) =>
      ask(() => {
        ledger.postponed(letter.eventId, letter.attempts, until.delayMs);
        own.postpone(letter, until);
      }),
    bury: (letter) =>
      ask(() => {
        ledger.buried(letter.eventId);
        own.bury(letter);
      }),
  };
}
