/** The other end of event-carrier.ts. */
import { fork } from 'node:child_process';
import { root } from './node-process.ts';

/** An event, and when its effect was committed: nanoseconds of the machine's monotonic clock, as text. */
export type Applied = readonly [eventId: string, at: string];

export type CarrierOrder = Readonly<{
  kind: 'start';
  /** Null: everything goes from table to table in one process. */
  broker: Readonly<{ url: string; prefix: string }> | null;
  outboxUrl: string | null;
  consumer: Readonly<{ queue: string; routingKey: string; appUrl: string; mailboxUrl: string }> | null;
}>;
export type ToCarrier = CarrierOrder | Readonly<{ kind: 'wake' }>;
export type FromCarrier = Readonly<{ kind: 'ready' }> | Readonly<{ kind: 'applied'; events: readonly Applied[] }>;

export type Carrier = Readonly<{
  pid: number;
  wake(): void;
  /** Calls for each effect from now on. */
  onApplied(hear: (eventId: string, at: bigint) => void): void;
  stop(): Promise<void>;
}>;

export async function startCarrier(order: Omit<CarrierOrder, 'kind'>): Promise<Carrier> {
  const child = fork(`${root}bench/src/systems/event-carrier.ts`, { execArgv: ['--import', 'tsx'], cwd: root });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tell = (message: ToCarrier) => void child.send(message);
  let hear: (eventId: string, at: bigint) => void = () => {};
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a process that carries events ended with ${code}`)));
    child.on('message', (message: FromCarrier) => {
      if (message.kind === 'ready') resolve();
      else for (const [eventId, at] of message.events) hear(eventId, BigInt(at));
    });
    tell({ kind: 'start', ...order });
  });
  return {
    pid: child.pid!,
    wake: () => tell({ kind: 'wake' }),
    onApplied: (listener) => (hear = listener),
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
