/** A transport with a database of its own, and what the tests of every transport ask of it. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import type { Envelope } from '@enghub/event-contracts/envelope';
import type { DeadLetters, KeptLetter } from './dead-letters-for-tests.ts';
import { stationEvents, type Effects } from './effects-for-tests.ts';
import type { Subscription, Transport } from './transport.ts';

export type TransportBench = Readonly<{
  /** A transport as one process has it. */
  open(): Promise<Transport>;
  effects: Effects;
  /** Where the consumers under test have their database. */
  mailboxUrl: string;
  /** Those of the consumers under test. */
  deadLetters: DeadLetters;
  /** Tells a process of its own how to open the same transport. */
  environment: Readonly<Record<string, string>>;
  /** Hears of every queue that a test uses. */
  uses(queue: string): void;
  close(): Promise<void>;
}>;

export const soon = { timeout: 20_000, interval: 20 };

export type TransportStage = ReturnType<typeof transportStage>;

/** For the tests of the block in which it is called. */
export function transportStage(openBench: () => Promise<TransportBench>) {
  let bench: TransportBench;
  let opened: Transport[] = [];

  beforeAll(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    await Promise.all(opened.map((transport) => transport.close()));
    opened = [];
  });
  afterAll(() => bench?.close());

  async function open(): Promise<Transport> {
    const transport = await bench.open();
    opened.push(transport);
    return transport;
  }

  /** A consumer of its own, which applies events unless the test says otherwise. */
  function consumer(handle?: (event: Envelope, apply: () => Promise<void>) => Promise<void>): Subscription {
    const queue = `qms.test-${randomUUID().slice(0, 8)}`;
    bench.uses(queue);
    return {
      queue,
      routingKeys: [stationEvents],
      mailboxUrl: bench.mailboxUrl,
      handle: (event) => {
        const apply = () => bench.effects.apply(queue, event);
        return handle ? handle(event, apply) : apply();
      },
    };
  }

  async function expectApplied(queue: string, names: readonly string[]): Promise<void> {
    await vi.waitFor(
      async () => expect([...(await bench.effects.applied(queue))].sort()).toEqual([...names].sort()),
      soon,
    );
  }

  async function lettersOf(queue: string, count: number): Promise<KeptLetter[]> {
    await vi.waitFor(async () => expect(await bench.deadLetters.of(queue)).toHaveLength(count), soon);
    return bench.deadLetters.of(queue);
  }

  const statesOf = async (queue: string) => (await bench.deadLetters.of(queue)).map(({ state }) => state);

  return {
    /** From when the tests begin. */
    get bench() {
      return bench;
    },
    open,
    consumer,
    expectApplied,
    lettersOf,
    statesOf,
  };
}
