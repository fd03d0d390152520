import { rabbitMqForTests } from '@enghub/testkit/rabbitmq';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectRabbitLiveBus, createInProcessLiveBus, type LiveBus } from './live.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy-for-tests.ts';

const soon = { timeout: 20_000, interval: 10 };

type Pair = Readonly<{ publisher: LiveBus; watcher: LiveBus }>;

function describeLiveBus(name: string, openPair: () => Promise<Pair>): void {
  describe(name, () => {
    let open: LiveBus[] = [];
    afterEach(async () => {
      await Promise.all(open.map((bus) => bus.close()));
      open = [];
    });

    async function pair(): Promise<Pair> {
      const opened = await openPair();
      open.push(...new Set([opened.publisher, opened.watcher]));
      return opened;
    }

    /** Ticks travel in order, so what is not there by the time of this one does not come. */
    async function afterMarker({ publisher, watcher }: Pair): Promise<void> {
      let seen = 0;
      const stop = await watcher.subscribe('marker', () => (seen += 1));
      publisher.publish('marker');
      await vi.waitFor(() => expect(seen).toBeGreaterThan(0), soon);
      stop();
    }

    it('ticks every watcher of a topic, and nobody else', async () => {
      const buses = await pair();
      const ticks: string[] = [];
      await buses.watcher.subscribe('board.LINE-1', () => ticks.push('one'));
      await buses.watcher.subscribe('board.LINE-1', () => ticks.push('other'));
      await buses.watcher.subscribe('board.LINE-2', () => ticks.push('stranger'));
      buses.publisher.publish('board.LINE-1');
      await afterMarker(buses);
      expect(ticks.sort()).toEqual(['one', 'other']);
    });

    it('ticks no more once unsubscribed, while other watchers of the topic go on', async () => {
      const buses = await pair();
      const ticks: string[] = [];
      const stop = await buses.watcher.subscribe('board.LINE-1', () => ticks.push('left'));
      const stopOther = await buses.watcher.subscribe('board.LINE-1', () => ticks.push('stayed'));
      stop();
      stop();
      buses.publisher.publish('board.LINE-1');
      await afterMarker(buses);
      expect(ticks).toEqual(['stayed']);
      stopOther();
      await buses.watcher.subscribe('board.LINE-1', () => ticks.push('came back'));
      buses.publisher.publish('board.LINE-1');
      await afterMarker(buses);
      expect(ticks).toEqual(['stayed', 'came back']);
    });

    it.each(['line #7', 'line *', '#', '班次.早班', 'x'.repeat(400)])(
      'takes the topic %s for what it is',
      async (topic) => {
        const buses = await pair();
        const ticks: string[] = [];
        await buses.watcher.subscribe(topic, () => ticks.push(topic));
        buses.publisher.publish('another topic');
        buses.publisher.publish(topic);
        await afterMarker(buses);
        expect(ticks).toEqual([topic]);
      },
    );

    it('survives a watcher that throws', async () => {
      const buses = await pair();
      const ticks: string[] = [];
      await buses.watcher.subscribe('board', () => {
        throw new Error('slow screen');
      });
      await buses.watcher.subscribe('board', () => ticks.push('tick'));
      buses.publisher.publish('board');
      await afterMarker(buses);
      expect(ticks).toEqual(['tick']);
    });
  });
}

describeLiveBus('the live bus in one process', async () => {
  const bus = createInProcessLiveBus();
  return { publisher: bus, watcher: bus };
});

const rabbit = await rabbitMqForTests();

// Where no broker answers, rabbitMqForTests() has said so loudly.
if (rabbit) {
  const { url, prefix, remove } = rabbit;
  afterAll(() => remove([]));

  describeLiveBus('the live bus over RabbitMQ', async () => ({
    publisher: await connectRabbitLiveBus(url, { prefix }),
    watcher: await connectRabbitLiveBus(url, { prefix }),
  }));

  describe('the live bus over RabbitMQ when the broker goes away', () => {
    let proxy: TcpProxy;
    let bus: LiveBus;
    beforeAll(async () => {
      proxy = await startTcpProxy(url);
      bus = await connectRabbitLiveBus(proxy.url, { prefix });
    });
    afterAll(async () => {
      await bus?.close();
      await proxy?.close();
    });

    it('ticks every topic once it is back, for something may have been missed, and works as before', async () => {
      const ticks: string[] = [];
      await bus.subscribe('board.LINE-1', () => ticks.push('LINE-1'));
      proxy.refuse();
      await bus.subscribe('board.LINE-2', () => ticks.push('LINE-2'));
      bus.publish('board.LINE-1');
      proxy.restore();
      await vi.waitFor(() => expect([...ticks].sort()).toEqual(['LINE-1', 'LINE-2']), soon);
      bus.publish('board.LINE-2');
      await vi.waitFor(() => expect([...ticks].sort()).toEqual(['LINE-1', 'LINE-2', 'LINE-2']), soon);
    });
  });
}
