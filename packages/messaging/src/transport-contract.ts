/** What every transport promises, told once and run against each of them. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Envelope } from '@enghub/event-contracts/envelope';
import { startCrashingConsumer, type CrashPoint } from './crashing-consumer-process.ts';
import type { DeadLetters, KeptLetter } from './dead-letters-for-tests.ts';
import { nameOf, namesOf, stationEvent, stationEvents, type Effects } from './effects-for-tests.ts';
import { permanentFailure, unavailableFailure, type Subscription, type Transport } from './transport.ts';

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

const soon = { timeout: 20_000, interval: 20 };

export function describeTransport(name: string, openBench: () => Promise<TransportBench>): void {
  describe(name, () => {
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

    it('is ready once opened and delivers an event with everything in its envelope', async () => {
      const transport = await open();
      const seen: Envelope[] = [];
      const { routingKeys, ...rest } = consumer(async (event) => void seen.push(event));
      await transport.subscribe({ ...rest, routingKeys });
      const event = stationEvent('S1', 'a');
      await transport.publish([event]);
      await vi.waitFor(() => expect(seen).toEqual([event.envelope]), soon);
      expect(transport.isReady()).toBe(true);
    });

    it('delivers to every consumer that wants the event and to no other', async () => {
      const transport = await open();
      const [one, other, stranger] = [consumer(), consumer(), consumer()];
      await transport.subscribe(one);
      await transport.subscribe({ ...other, routingKeys: ['mes.*.defined.v1', 'mes.station.#'] });
      await transport.subscribe({ ...stranger, routingKeys: ['mes.work-order.#'] });
      const events = [stationEvent('S1', 'a'), stationEvent('S2', 'b')];
      await transport.publish(events);
      await expectApplied(one.queue, namesOf(events));
      await expectApplied(other.queue, namesOf(events));
      await expectApplied(stranger.queue, []);
    });

    it('keeps the order of each aggregate, however long each event takes', async () => {
      const transport = await open();
      const subscription = consumer(async (event, apply) => {
        await new Promise((resolve) => setTimeout(resolve, (nameOf(event).length * 7) % 5));
        await apply();
      });
      await transport.subscribe(subscription);
      const events = Array.from({ length: 300 }, (_, index) => stationEvent(`S${index % 7}`, `${index}`));
      await transport.publish(events.slice(0, 150));
      await transport.publish(events.slice(150));
      await expectApplied(subscription.queue, namesOf(events));
      const applied = await bench.effects.applied(subscription.queue);
      for (let station = 0; station < 7; station += 1) {
        const own = (name: string) => name.startsWith(`S${station}/`);
        expect(applied.filter(own)).toEqual(namesOf(events).filter(own));
      }
    });

    it('keeps the order of each aggregate when a consumer is stopped at its work and another one takes over', async () => {
      const [one, other] = [await open(), await open()];
      const subscription = consumer(async (_, apply) => {
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
        await apply();
      });
      const events = Array.from({ length: 600 }, (_, index) => stationEvent(`S${index % 10}`, `${index}`));
      const first = await one.subscribe(subscription);
      await one.publish(events);
      const applied = () => bench.effects.applied(subscription.queue);
      await vi.waitFor(async () => expect((await applied()).length).toBeGreaterThan(150), soon);
      await first.stop();
      expect((await applied()).length).toBeLessThan(events.length - 100);
      await other.subscribe(subscription);
      await expectApplied(subscription.queue, namesOf(events));
      for (let station = 0; station < 10; station += 1) {
        const own = (name: string) => name.startsWith(`S${station}/`);
        expect((await applied()).filter(own)).toEqual(namesOf(events).filter(own));
      }
    });

    it('applies an event once that is published several times', async () => {
      const transport = await open();
      const subscription = consumer();
      await transport.subscribe(subscription);
      const [first, second] = [stationEvent('S1', 'a'), stationEvent('S1', 'b')];
      await transport.publish([first, second]);
      await transport.publish([first, second]);
      await transport.publish([second, first]);
      const last = stationEvent('S1', 'last');
      await transport.publish([last]);
      await expectApplied(subscription.queue, namesOf([first, second, last]));
      expect(await bench.effects.applied(subscription.queue)).toEqual(namesOf([first, second, last]));
    });

    it('tries a failing event again, keeps later ones of its aggregate behind it, and lets others go on', async () => {
      const transport = await open();
      let failures = 2;
      const subscription = consumer(async (event, apply) => {
        if (nameOf(event) === 'S1/a' && failures-- > 0) throw new Error('the machine is busy');
        await apply();
      });
      await transport.subscribe(subscription);
      const events = [stationEvent('S1', 'a'), stationEvent('S1', 'b'), stationEvent('S2', 'c')];
      await transport.publish(events);
      await transport.publish([stationEvent('S1', 'd')]);
      await expectApplied(subscription.queue, ['S1/a', 'S1/b', 'S2/c', 'S1/d']);
      expect(await bench.effects.applied(subscription.queue)).toEqual(['S2/c', 'S1/a', 'S1/b', 'S1/d']);
      expect(transport.counts()).toMatchObject({ retried: 2, deadLettered: 0 });
      expect(await bench.deadLetters.of(subscription.queue)).toEqual([]);
    });

    it('gives an event up after three more tries, and nothing else waits for it any longer', async () => {
      const transport = await open();
      let tries = 0;
      const subscription = consumer(async (event, apply) => {
        if (nameOf(event) !== 'S1/poison') return apply();
        tries += 1;
        throw new Error('cannot digest this');
      });
      await transport.subscribe(subscription);
      const poison = stationEvent('S1', 'poison');
      const others = [stationEvent('S1', 'b'), stationEvent('S2', 'c')];
      await transport.publish([poison, ...others]);
      await expectApplied(subscription.queue, namesOf(others));
      expect(tries).toBe(4);
      expect(transport.counts()).toMatchObject({ retried: 3, deadLettered: 1 });
      expect(await bench.deadLetters.of(subscription.queue)).toMatchObject([
        { eventId: poison.envelope.event_id, state: 'DEAD', attempts: 4, error: 'Error: cannot digest this' },
      ]);
      expect(await bench.deadLetters.told(subscription.queue)).toEqual(['EventDeadLettered']);
    });

    it('waits with an event as long as something is away that it needs, and gives it up by no number of tries', async () => {
      const transport = await open();
      let asked = 0;
      const subscription = consumer(async (event, apply) => {
        if (nameOf(event) !== 'S1/a') return apply();
        asked += 1;
        if (asked < 7) throw unavailableFailure('the ERP is away');
        if (asked < 9) throw new Error('the machine is busy');
        await apply();
      });
      await transport.subscribe(subscription);
      await transport.publish([stationEvent('S1', 'a'), stationEvent('S1', 'b'), stationEvent('S2', 'c')]);
      await expectApplied(subscription.queue, ['S1/a', 'S1/b', 'S2/c']);
      expect(await bench.effects.applied(subscription.queue)).toEqual(['S2/c', 'S1/a', 'S1/b']);
      expect(asked).toBe(9);
      expect(transport.counts()).toMatchObject({ deadLettered: 0 });
      expect(await bench.deadLetters.of(subscription.queue)).toEqual([]);
    });

    it('never shows a handler an event that breaks its contract, and does not try it again', async () => {
      const transport = await open();
      const subscription = consumer();
      await transport.subscribe(subscription);
      const good = stationEvent('S1', 'good');
      const broken = stationEvent('S1', 'broken');
      await transport.publish([{ ...broken, envelope: { ...broken.envelope, data: { station_id: 7 } } }, good]);
      await expectApplied(subscription.queue, namesOf([good]));
      const [letter, ...more] = await lettersOf(subscription.queue, 1);
      expect(more).toEqual([]);
      expect(letter?.eventId).toBe(broken.envelope.event_id);
      expect(letter?.error).toContain('not a valid mes.station.defined.v1 event');
      expect(transport.counts()).toMatchObject({ retried: 0, deadLettered: 1 });
    });

    it('gives an event up at once when the handler says that trying again cannot help', async () => {
      const transport = await open();
      const subscription = consumer(async () => {
        throw permanentFailure('no such product');
      });
      await transport.subscribe(subscription);
      await transport.publish([stationEvent('S1', 'a')]);
      await vi.waitFor(() => expect(transport.counts()).toMatchObject({ retried: 0, deadLettered: 1 }), soon);
    });

    it('applies a dead letter once when it is tried again after the cause is gone, and says so', async () => {
      const transport = await open();
      let broken = true;
      const subscription = consumer(async (_event, apply) => {
        if (broken) throw permanentFailure('no such product');
        await apply();
      });
      await transport.subscribe(subscription);
      const events = [stationEvent('S1', 'a'), stationEvent('S2', 'b')];
      await transport.publish(events);
      const letters = await lettersOf(subscription.queue, 2);
      broken = false;
      for (const { id } of letters) expect(await bench.deadLetters.revive(id)).toBe(true);
      await expectApplied(subscription.queue, namesOf(events));
      await vi.waitFor(async () => expect(await statesOf(subscription.queue)).toEqual(['RESOLVED', 'RESOLVED']), soon);
      for (const { id } of letters) expect(await bench.deadLetters.revive(id)).toBe(false);
      expect([...(await bench.deadLetters.told(subscription.queue))].sort()).toEqual([
        'DeadLetterResolved REPLAYED emp-901',
        'DeadLetterResolved REPLAYED emp-901',
        'EventDeadLettered',
        'EventDeadLettered',
      ]);
    });

    it('keeps a dead letter that fails again, with all its tries, and tells it again', async () => {
      const transport = await open();
      const subscription = consumer(async () => {
        throw new Error('still no such product');
      });
      await transport.subscribe(subscription);
      await transport.publish([stationEvent('S1', 'a')]);
      const [letter] = await lettersOf(subscription.queue, 1);
      expect(await bench.deadLetters.revive(letter!.id)).toBe(true);
      await vi.waitFor(
        async () =>
          expect(await bench.deadLetters.of(subscription.queue)).toMatchObject([{ state: 'DEAD', attempts: 8 }]),
        soon,
      );
      expect(await bench.deadLetters.told(subscription.queue)).toEqual(['EventDeadLettered', 'EventDeadLettered']);
    });

    it.each([
      ['fails once more', false],
      ['would succeed by now', true],
    ])('leaves a discarded letter alone, though the event is delivered again and %s', async (_how, wouldSucceed) => {
      const transport = await open();
      let isThere = false;
      const subscription = consumer(async (event, apply) => {
        if (nameOf(event) === 'S1/a' && !isThere) throw permanentFailure('no such product');
        await apply();
      });
      await transport.subscribe(subscription);
      const [event, next] = [stationEvent('S1', 'a'), stationEvent('S1', 'b')];
      await transport.publish([event]);
      const [letter] = await lettersOf(subscription.queue, 1);
      expect(await bench.deadLetters.discard(letter!.id)).toBe(true);
      expect(await bench.deadLetters.revive(letter!.id)).toBe(false);
      isThere = wouldSucceed;
      await transport.publish([event, next]);
      await expectApplied(subscription.queue, namesOf([next]));
      expect(await statesOf(subscription.queue)).toEqual(['DISCARDED']);
    });

    it('keeps what is published while the consumer is stopped', async () => {
      const transport = await open();
      const subscription = consumer();
      const running = await transport.subscribe(subscription);
      await running.stop();
      const events = [stationEvent('S1', 'a'), stationEvent('S1', 'b')];
      await transport.publish(events);
      expect(await bench.effects.applied(subscription.queue)).toEqual([]);
      await transport.subscribe(subscription);
      await expectApplied(subscription.queue, namesOf(events));
    });

    it('keeps what is undelivered when the process ends', async () => {
      const first = await open();
      const subscription = consumer();
      await (await first.subscribe(subscription)).stop();
      const events = [stationEvent('S1', 'a'), stationEvent('S2', 'b')];
      await first.publish(events);
      await first.close();
      const second = await open();
      await second.subscribe(subscription);
      await expectApplied(subscription.queue, namesOf(events));
    });

    it('waits for the event at work when a consumer stops, and leaves the rest for later', async () => {
      const transport = await open();
      let release = () => {};
      const began = new Promise<void>((begin) => {
        release = begin;
      });
      let finish = () => {};
      const held = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const subscription = consumer(async (_event, apply) => {
        release();
        await held;
        await apply();
      });
      const running = await transport.subscribe(subscription);
      await transport.publish([stationEvent('S1', 'a'), stationEvent('S1', 'b')]);
      await began;
      const stopped = running.stop();
      finish();
      await stopped;
      expect(await bench.effects.applied(subscription.queue)).toEqual(['S1/a']);
      await transport.subscribe(subscription);
      await expectApplied(subscription.queue, ['S1/a', 'S1/b']);
    });

    it('takes an event that nobody wants, counts it, and goes on', async () => {
      const transport = await open();
      const subscription = consumer();
      await transport.subscribe(subscription);
      const { aggregateId, envelope } = stationEvent('S1', 'unwanted');
      const wanted = stationEvent('S1', 'wanted');
      await transport.publish([{ routingKey: 'mes.nobody.listens.v1', aggregateId, envelope }, wanted]);
      await expectApplied(subscription.queue, namesOf([wanted]));
      expect(transport.counts()).toMatchObject({ published: 2, unrouted: 1 });
      // It has no contract, so nobody said that it may go unheard.
      expect(transport.unheard(envelope.source_service)).toBe(1);
    });

    it.each<[string, CrashPoint]>([
      ['between its effect and the acknowledgement', 'after-commit'],
      ['before its effect is committed', 'before-commit'],
    ])('applies an event once though the consumer was killed %s', async (_when, crashPoint) => {
      const transport = await open();
      const subscription = consumer();
      await (await transport.subscribe(subscription)).stop();
      const events = [stationEvent('S1', 'a'), stationEvent('S1', 'b'), stationEvent('S2', 'c')];
      await transport.publish(events);

      const child = startCrashingConsumer({ ...bench.environment, QUEUE: subscription.queue, CRASH_POINT: crashPoint });
      await child.reachedCrashPoint;
      await child.kill();
      await transport.subscribe(subscription);
      await expectApplied(subscription.queue, namesOf(events));
      expect(await bench.deadLetters.of(subscription.queue)).toEqual([]);
    });
  });
}
