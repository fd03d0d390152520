/** A plant in memory, with everything that may happen to it. */
import { vi } from 'vitest';
import { namesOf, stationEvent } from '../effects-for-tests.ts';
import { createLedger, type Fate, type Ledger } from './ledger.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { createMemoryOutbox, type Transaction } from './memory-outbox.ts';
import { createMemoryTables, type KeptLetter } from './memory-mailbox.ts';
import {
  queue,
  retryDelaysMs,
  startConsumerProcess,
  startRelayProcess,
  type Process,
  type Surroundings,
} from './processes.ts';
import { createStage, untilAllFollowed, type Stage } from './stage.ts';

export type Reported = Readonly<{ aggregateId: string; fate: Fate }>;

export type Plant = Readonly<{
  stage: Stage;
  ledger: Ledger;
  relays: Process[];
  consumers: Process[];
  startRelay(): void;
  startConsumer(): void;
  /** Begins the transaction of a command; nothing while another one has locked what it changes. */
  report(events: readonly Reported[]): void;
  transactions(): readonly Transaction[];
  commit(transaction: Transaction): void;
  deadLetters(): readonly KeptLetter[];
  replay(letter: KeptLetter): void;
  discard(letter: KeptLetter): void;
  /** Nothing happens any more but what must: everything that is still under way comes to its end, or it is a violation. */
  comeToRest(): Promise<void>;
}>;

// Less than the first retry delay, and more than any loop of ours ever pauses.
const soonMs = 7_500;
const tickMs = 250;
const mostSteps = 5_000;

export function openPlant(carrier: 'RabbitMQ' | 'one process'): Plant {
  const now = () => Date.now();
  const stage = createStage();
  const ledger = createLedger(now, retryDelaysMs);
  const broker = carrier === 'RabbitMQ' ? createMemoryBroker(stage, queue) : null;
  const around: Surroundings = { stage, ledger, broker, outbox: createMemoryOutbox(), tables: createMemoryTables(now) };
  const { outbox, tables } = around;
  const relays: Process[] = [];
  const consumers: Process[] = [];
  let processes = 0;
  let reports = 0;

  const waiting = () => tables.letters(queue).filter((it) => it.attempts > 0 && it.nextAttemptAt > now());
  const isAtRest = () =>
    ledger.open().length === 0 &&
    outbox.unsent(1, []).length === 0 &&
    tables.letters(queue).length === 0 &&
    broker?.isEmpty() !== false;

  async function runEverything(): Promise<void> {
    for (let steps = 0; stage.waiting() > 0; steps += 1) {
      if (steps > mostSteps) throw new Error('the processes go round in circles');
      await stage.run(0);
    }
  }

  async function letPass(ms: number): Promise<void> {
    vi.advanceTimersByTime(ms);
    await untilAllFollowed();
    await runEverything();
  }

  return {
    stage,
    ledger,
    relays,
    consumers,
    startRelay: () =>
      void relays.push(
        startRelayProcess(`relay ${(processes += 1)}`, around, () => consumers.forEach((consumer) => consumer.wake())),
      ),
    startConsumer: () => void consumers.push(startConsumerProcess(`consumer ${(processes += 1)}`, around)),
    report(reported) {
      const events = reported.map(({ aggregateId, fate }) => {
        const event = stationEvent(aggregateId, `${(reports += 1)}`);
        ledger.expect(event, fate);
        return event;
      });
      outbox.begin(events);
    },
    transactions: () => outbox.open(),
    commit(transaction) {
      transaction.commit();
      ledger.committed(transaction.entries.map(({ event }) => event.envelope.event_id));
      relays.forEach((relay) => relay.wake());
    },
    deadLetters: () => tables.dead(queue).filter(({ state }) => state === 'DEAD'),
    replay(letter) {
      if (!tables.revive(letter.id, 'emp-901')) return;
      ledger.revived(letter.eventId);
      consumers.forEach((consumer) => consumer.wake());
    },
    discard(letter) {
      if (tables.discard(letter.id, 'emp-901')) ledger.discarded(letter.eventId);
    },
    async comeToRest() {
      stage.recover();
      for (const transaction of outbox.open()) this.commit(transaction);
      if (relays.length === 0) this.startRelay();
      if (consumers.length === 0) this.startConsumer();
      const late = () => {
        const waits = new Set(waiting().map((letter) => letter.aggregateId));
        return ledger.open().filter((event) => !waits.has(event.aggregateId));
      };
      for (let ms = 0; ms < soonMs && (late().length > 0 || !isAtRest()); ms += tickMs) await letPass(tickMs);
      if (late().length > 0)
        throw new Error(`${namesOf(late()).join(', ')} blocked, though no aggregate of theirs waits`);
      for (let rounds = 0; rounds < 10 * (reports + 1) && !isAtRest(); rounds += 1) {
        const nextTry = Math.min(...waiting().map((letter) => letter.nextAttemptAt));
        await letPass(Number.isFinite(nextTry) ? nextTry - now() + tickMs : 1_000);
      }
      if (!isAtRest()) throw new Error(`waits for ever: ${namesOf(ledger.open()).join(', ') || 'what was applied'}`);
    },
  };
}
