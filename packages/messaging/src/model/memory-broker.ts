/**
 * One quorum queue with a single active consumer, as RabbitMQ keeps it: what a channel had not acknowledged when it closed
 * is delivered again before anything else; a channel that is cut hears of it later, and its acknowledgements on the way are lost.
 */
import { EventEmitter } from 'node:events';
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Attachment, Broker } from '../broker.ts';
import { contentOf, propertiesOf } from '../event-message.ts';
import type { OutboundEvent } from '../transport.ts';
import type { Life, Stage } from './stage.ts';

type Message = Readonly<{ position: number; event: OutboundEvent }>;
type Channel = { readonly unacked: Map<number, Message>; credit: number; deliver(tag: number, message: Message): void };

export type MemoryBroker = Readonly<{
  put(events: readonly OutboundEvent[]): void;
  /** The broker as one process knows it. */
  of(life: Life): Broker;
  /** Cuts the channels of a process; it hears so when its turn comes. */
  cut(life: Life): void;
  isEmpty(): boolean;
}>;

export function createMemoryBroker(stage: Stage, queue: string): MemoryBroker {
  const ready: Message[] = [];
  const returned: Message[] = [];
  const consumers: Channel[] = [];
  const cuts = new Map<Life, Set<() => void>>();
  let position = 0;
  let lastTag = 0;

  function pump(): void {
    const [active] = consumers;
    while (active && active.unacked.size < active.credit) {
      const message = returned.shift() ?? ready.shift();
      if (!message) return;
      active.unacked.set((lastTag += 1), message);
      active.deliver(lastTag, message);
    }
  }

  function drop(channel: Channel): void {
    const at = consumers.indexOf(channel);
    if (at >= 0) consumers.splice(at, 1);
    returned.push(...[...channel.unacked.values()].sort((one, other) => one.position - other.position));
    channel.unacked.clear();
    pump();
  }

  function openChannel(life: Life): ConfirmChannel {
    const events = new EventEmitter();
    const [asked, heard] = [`${life.name} to broker`, `${life.name} from broker`];
    let isOpen = true;
    let take: (message: ConsumeMessage | null) => void = () => {};
    const channel: Channel = {
      unacked: new Map(),
      credit: 0,
      deliver: (tag, message) => stage.send(life, heard, () => isOpen && take(asConsumed(queue, tag, message))),
    };
    const cutsOfLife = cuts.get(life) ?? new Set();
    cuts.set(life, cutsOfLife.add(cut));

    /** As the broker sees it: nobody answers any more what was asked on this channel. */
    let isCut = false;
    let isGone = false;
    const unanswered = new Set<(error: Error) => void>();

    function gone(): void {
      if (isGone) return;
      isGone = true;
      isOpen = false;
      cutsOfLife.delete(cut);
      for (const reject of unanswered) reject(new Error('Channel closed by the server'));
      events.emit('close');
    }

    async function ask(act: () => void): Promise<void> {
      if (!isOpen) throw new Error('Channel closed');
      await new Promise<void>((resolve, reject) => {
        unanswered.add(reject);
        stage.send(life, asked, () => {
          if (isCut) return;
          act();
          unanswered.delete(reject);
          resolve();
        });
      });
    }

    function cut(): void {
      isCut = true;
      cutsOfLife.delete(cut);
      stage.cut(asked);
      drop(channel);
      stage.send(life, heard, gone);
    }

    async function declare(): Promise<void> {
      if (!isOpen) throw new Error('Channel closed');
    }

    return Object.assign(events, {
      assertExchange: declare,
      assertQueue: declare,
      bindQueue: declare,
      async prefetch(count: number) {
        await declare();
        channel.credit = count;
      },
      async consume(name: string, onMessage: typeof take) {
        if (name !== queue) return;
        take = onMessage;
        await ask(() => {
          consumers.push(channel);
          pump();
        });
      },
      ack(message: ConsumeMessage) {
        if (!isOpen) throw new Error('Channel closed');
        stage.send(life, asked, () => {
          // Of a channel that was cut, nothing is unacknowledged.
          channel.unacked.delete(message.fields.deliveryTag);
          pump();
        });
      },
      async close() {
        const closing = ask(() => drop(channel));
        isOpen = false;
        await closing;
        gone();
      },
    }) as unknown as ConfirmChannel;
  }

  return {
    put(events) {
      for (const event of events) ready.push({ position: (position += 1), event });
      pump();
    },
    of: (life) => ({
      attach(_name, setup) {
        const connection = { createConfirmChannel: async () => openChannel(life) } as unknown as ChannelModel;
        let timer: NodeJS.Timeout | undefined;
        const run = () => void setup(connection).catch(() => (timer = setTimeout(run, 500)));
        queueMicrotask(run);
        const attachment: Attachment = {
          again: () => void (timer = setTimeout(run, 500)),
          settled: async () => {},
          detach: () => clearTimeout(timer),
        };
        return attachment;
      },
      isConnected: () => true,
      isBlocked: () => false,
      close: async () => {},
    }),
    cut: (life) => [...(cuts.get(life) ?? [])].forEach((cut) => cut()),
    isEmpty: () => ready.length + returned.length === 0 && consumers.every(({ unacked }) => unacked.size === 0),
  };
}

const asConsumed = (queue: string, deliveryTag: number, { event }: Message) =>
  ({
    content: contentOf(event),
    fields: { deliveryTag, routingKey: event.routingKey, redelivered: false, exchange: '', consumerTag: queue },
    properties: propertiesOf(event),
  }) as unknown as ConsumeMessage;
