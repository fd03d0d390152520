/** What every transport promises, told once and run against each of them. */
import { describe, expect, it, vi } from 'vitest';
import type { Envelope } from '@enghub/event-contracts/envelope';
import { startCrashingConsumer, type CrashPoint } from './crashing-consumer-process.ts';
import { nameOf, namesOf, stationEvent } from './effects-for-tests.ts';
import { itTriesAgainAndGivesUp } from './failure-contract.ts';
import { soon, transportStage, type TransportBench } from './transport-stage-for-tests.ts';

export function describeTransport(name: string, openBench: () => Promise<TransportBench>): void {
  describe(name, () => {
    const stage = transportStage(openBench);
    const { open, consumer, expectApplied } = stage;

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
      const applied = await stage.bench.effects.applied(subscription.queue);
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
      const applied = () => stage.bench.effects.applied(subscription.queue);
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
      expect(await stage.bench.effects.applied(subscription.queue)).toEqual(namesOf([first, second, last]));
    });

    itTriesAgainAndGivesUp(stage);

    it('keeps what is published while the consumer is stopped', async () => {
      const transport = await open();
      const subscription = consumer();
      const running = await transport.subscribe(subscription);
      await running.stop();
      const events = [stationEvent('S1', 'a'), stationEvent('S1', 'b')];
      await transport.publish(events);
      expect(await stage.bench.effects.applied(subscription.queue)).toEqual([]);
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
      expect(await stage.bench.effects.applied(subscription.queue)).toEqual(['S1/a']);
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

      const child = startCrashingConsumer({
        ...stage.bench.environment,
        QUEUE: subscription.queue,
        CRASH_POINT: crashPoint,
      });
      await child.reachedCrashPoint;
      await child.kill();
      await transport.subscribe(subscription);
      await expectApplied(subscription.queue, namesOf(events));
      expect(await stage.bench.deadLetters.of(subscription.queue)).toEqual([]);
    });
  });
}
