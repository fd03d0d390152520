import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and its server, and breaks what runs through it. */
export type TcpProxy = Readonly<{
  /** The server's URL with the proxy in its place. */
  url: string;
  /** Ends every connection without a word, as a pulled cable that is plugged in again. */
  cut(): void;
  cuts(): number;
  /** Cuts, and takes no new connection until restored. */
  refuse(): void;
  isRefusing(): boolean;
  /** Lets nothing through any more in either direction and closes nothing: a machine that stands still. */
  hang(): void;
  restore(): void;
  close(): Promise<void>;
}>;

const standardPorts: Readonly<Record<string, number>> = {
  'amqp:': 5672,
  'redis:': 6379,
  'postgresql:': 5432,
  'postgres:': 5432,
};

export async function startTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const target = new URL(serverUrl);
  const port = Number(target.port || standardPorts[target.protocol]);
  const open = new Set<Socket>();
  let refusing = false;
  let hanging = false;
  let cuts = 0;

  const server = createServer((client) => {
    if (refusing) return void client.resetAndDestroy();
    const upstream = createConnection({ host: target.hostname, port });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
    if (hanging) for (const socket of [client, upstream]) hold(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  function cut(): void {
    if (open.size > 0) cuts += 1;
    for (const socket of open) socket.resetAndDestroy();
  }

  function hold(socket: Socket): void {
    // Cork keeps what is written, pause what would be read.
    socket.cork();
    socket.pause();
  }

  return {
    url: url.href,
    cut,
    cuts: () => cuts,
    refuse() {
      refusing = true;
      cut();
    },
    isRefusing: () => refusing,
    hang() {
      hanging = true;
      for (const socket of open) hold(socket);
    },
    restore() {
      refusing = false;
      if (!hanging) return;
      hanging = false;
      for (const socket of open) {
        socket.uncork();
        socket.resume();
      }
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}
