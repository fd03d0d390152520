/** Stands between a process and what it leans on: passes, delays, swallows, refuses, or cuts at a commit. */
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { freePort } from '../../support/free-port.ts';
import { createCommitWatch, type CommitWatch } from './commit-watch.ts';

export type Target = Readonly<{ host: string; port: number }>;

/** Which side of a commit. */
export type CommitSide = 'before' | 'after';

export type FaultProxy = Readonly<{
  port: number;
  pass(): void;
  /** Everything arrives, in both directions so much later. */
  delay(ms: number): void;
  /** Connections stand, and nothing arrives any more; it arrives late when passing again. */
  swallow(): void;
  /** Resets what there is, and every new connection. */
  refuse(): void;
  /** Resets what there is. */
  cut(): void;
  /** From now on to these, the first that answers; what there is is reset. */
  redirect(targets: readonly Target[]): void;
  /** Just before or just after one of the next commits, `kill` is called and the connection ends. */
  armCommit(side: CommitSide, skip: number, kill: () => Promise<void>): Promise<void>;
  disarm(): void;
  connections(): number;
  close(): Promise<void>;
}>;

type Mode = Readonly<{ kind: 'pass' | 'swallow' | 'refuse' } | { kind: 'delay'; ms: number }>;
type Armed = { side: CommitSide; skip: number; kill: () => Promise<void>; done: () => void };

/** What the server has done with the statement before it is told to commit it. */
const EXECUTE_MS = 40;

export async function startFaultProxy(
  options: Readonly<{ targets: readonly Target[]; watchCommits?: boolean }>,
): Promise<FaultProxy> {
  let { targets } = options;
  let turn = 0;
  let mode: Mode = { kind: 'pass' };
  let armed: Armed | null = null;
  const open = new Set<Socket>();

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    client.on('error', () => undefined);
    if (mode.kind === 'refuse') return void client.resetAndDestroy();
    void connectOne().then((upstream) => (upstream ? join(client, upstream) : client.resetAndDestroy()));
  });

  /** The next target by turns; others where it does not answer. */
  async function connectOne(): Promise<Socket | null> {
    const first = turn++;
    for (let at = 0; at < targets.length; at++) {
      const socket = await dial(targets[(first + at) % targets.length]!);
      if (socket) return socket;
    }
    return null;
  }

  function join(client: Socket, upstream: Socket): void {
    const watch = options.watchCommits ? createCommitWatch() : null;
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      const line = slowLine(to);
      open.add(from);
      from.on('error', () => undefined);
      from.on('close', (hadError) => {
        open.delete(from);
        // What it sent before it went is still on its way.
        if (hadError || !line.isBusy()) to.destroy();
      });
      // A half-closed connection is passed on as such.
      from.on('end', () => line.end());
      from.on('data', (bytes: Buffer) => {
        if (mode.kind === 'delay' || line.isBusy()) return line.send(bytes, mode.kind === 'delay' ? mode.ms : 0);
        if (!watch) return void pump(from, to, bytes);
        if (from === upstream) return void fromServer(watch, client, upstream, bytes);
        fromClient(watch, client, upstream, bytes);
      });
    }
    if (mode.kind !== 'swallow') for (const socket of [client, upstream]) socket.resume();
  }

  function fromClient(watch: CommitWatch, client: Socket, upstream: Socket, bytes: Buffer): void {
    for (const part of watch.fromClient(bytes)) {
      if (watch.isDoomed()) return;
      const hit = part.commits && armed !== null && armed.skip-- <= 0 ? armed : null;
      if (!hit) {
        upstream.write(part.bytes);
        continue;
      }
      armed = null;
      watch.doom();
      const end = async () => {
        await hit.kill();
        client.destroy();
        upstream.destroy();
        hit.done();
      };
      if (hit.side === 'before') return void setTimeout(() => void end(), EXECUTE_MS);
      watch.whenReady(() => void end());
      upstream.write(part.bytes);
    }
  }

  function fromServer(watch: CommitWatch, client: Socket, upstream: Socket, bytes: Buffer): void {
    watch.fromServer(bytes);
    if (!watch.isDoomed()) pump(upstream, client, bytes);
  }

  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  const set = (next: Mode) => {
    mode = next;
    for (const socket of open) {
      if (next.kind === 'swallow') socket.pause();
      else socket.resume();
    }
    if (next.kind === 'refuse') cut();
  };

  const port = await freePort();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    pass: () => set({ kind: 'pass' }),
    delay: (ms) => set({ kind: 'delay', ms }),
    swallow: () => set({ kind: 'swallow' }),
    refuse: () => set({ kind: 'refuse' }),
    cut,
    redirect(next) {
      targets = next;
      cut();
    },
    armCommit: (side, skip, kill) => new Promise((done) => (armed = { side, skip, kill, done })),
    disarm: () => void (armed = null),
    connections: () => open.size / 2,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}

/** Bytes that travel for a while arrive in the order in which they were sent, however the times change meanwhile. */
function slowLine(to: Socket): Readonly<{ isBusy(): boolean; send(bytes: Buffer, ms: number): void; end(): void }> {
  const travelling: { bytes: Buffer; dueAt: number }[] = [];
  let hasEnded = false;

  function arrive(): void {
    while (travelling.length > 0 && travelling[0]!.dueAt <= performance.now()) {
      const { bytes } = travelling.shift()!;
      if (to.writable) to.write(bytes);
    }
    if (travelling.length === 0 && hasEnded) to.end();
    if (travelling.length > 0) setTimeout(arrive, Math.max(1, travelling[0]!.dueAt - performance.now()));
  }

  return {
    isBusy: () => travelling.length > 0,
    send(bytes, ms) {
      const dueAt = Math.max(performance.now() + ms, travelling.at(-1)?.dueAt ?? 0);
      travelling.push({ bytes, dueAt });
      if (travelling.length === 1) setTimeout(arrive, ms);
    },
    end() {
      hasEnded = true;
      if (travelling.length === 0) to.end();
    },
  };
}

function pump(from: Socket, to: Socket, bytes: Buffer): void {
  if (!to.writable || to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

function dial({ host, port }: Target): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, noDelay: true });
    socket.once('error', () => resolve(null));
    socket.once('connect', () => {
      socket.pause();
      resolve(socket);
    });
  });
}
