/** The other end of board-clients.ts. */
import { fork } from 'node:child_process';
import { root } from './node-process.ts';

/** Moments by the machine's monotonic clock, which all its processes share: nanoseconds as text. */
export type Arrivals = readonly string[];

export type WatchOrder = Readonly<{
  kind: 'watch';
  url: string;
  tokens: readonly string[];
  sockets: number;
  query: string;
  variables: Readonly<Record<string, unknown>>;
}>;
export type ToClients = WatchOrder | Readonly<{ kind: 'expect'; goodQuantity: string }>;
export type FromClients =
  Readonly<{ kind: 'watching' }> | Readonly<{ kind: 'seen'; arrivals: Arrivals; frames: number }>;

export type Watchers = Readonly<{
  pid: number;
  /** Resolves when every socket has seen a board with this sum. */
  untilSeen(goodQuantity: string): Promise<Extract<FromClients, { kind: 'seen' }>>;
  stop(): void;
}>;

const WITHIN_MS = 60_000;

/** Resolves when every socket has got its first board. */
export async function startWatchers(order: Omit<WatchOrder, 'kind'>): Promise<Watchers> {
  const child = fork(`${root}bench/src/systems/board-clients.ts`, { execArgv: ['--import', 'tsx'], cwd: root });
  const next = <Kind extends FromClients['kind']>(kind: Kind) =>
    new Promise<Extract<FromClients, { kind: Kind }>>((resolve, reject) => {
      const late = setTimeout(() => end(new Error(`the board's watchers did not say "${kind}" in time`)), WITHIN_MS);
      const onExit = (code: number | null) => end(new Error(`the board's watchers ended with ${code}`));
      const onMessage = (message: FromClients) => {
        if (message.kind !== kind) return;
        end();
        resolve(message as Extract<FromClients, { kind: Kind }>);
      };
      const end = (error?: Error) => {
        clearTimeout(late);
        child.off('exit', onExit).off('message', onMessage);
        if (error) reject(error);
      };
      child.on('exit', onExit).on('message', onMessage);
    });
  const tell = (message: ToClients) => child.send(message);

  const watching = next('watching');
  tell({ kind: 'watch', ...order });
  try {
    await watching;
  } catch (error) {
    child.kill();
    throw error;
  }
  return {
    pid: child.pid!,
    async untilSeen(goodQuantity) {
      const seen = next('seen');
      tell({ kind: 'expect', goodQuantity });
      return seen;
    },
    stop: () => void child.disconnect(),
  };
}
