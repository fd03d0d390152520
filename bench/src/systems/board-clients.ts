/**
 * Many people watching one board, as a process of its own: subscribes over as many sockets as it is told, and tells when
 * each of them saw what it was to see.
 */
import WebSocket from 'ws';
import type { Arrivals, FromClients, ToClients, WatchOrder } from './board-watchers.ts';

const AT_ONCE = 50;

type Watcher = { seen: string };

let expected: { goodQuantity: string; arrivals: bigint[] } | null = null;
let frames = 0;
let watching = 0;
const watchers: Watcher[] = [];

const tell = (message: FromClients) => process.send!(message);

process.on('message', (message: ToClients) => {
  if (message.kind === 'watch') void watchAll(message);
  else {
    expected = { goodQuantity: message.goodQuantity, arrivals: [] };
    frames = 0;
    // A board may be quicker than this message.
    for (const { seen } of watchers) if (seen === message.goodQuantity) arrived();
  }
});
process.on('disconnect', () => process.exit(0));

async function watchAll(order: WatchOrder): Promise<void> {
  for (let from = 0; from < order.sockets; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, order.sockets - from) }, (_, at) => watch(order, from + at));
    await Promise.all(some);
  }
  tell({ kind: 'watching' });
}

/** Resolves with the first board. */
function watch({ url, tokens, query, variables }: WatchOrder, at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher: Watcher = { seen: '' };
    const authorization = `Bearer ${tokens[at % tokens.length]}`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      throw new Error(`socket ${at} was closed with ${code} ${reason.toString()} while ${watching} watched`);
    });
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })));
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      const type = /"type":"(\w+)"/.exec(text)?.[1];
      if (type === 'connection_ack')
        return socket.send(JSON.stringify({ id: 'board', type: 'subscribe', payload: { query, variables } }));
      if (type === 'ping') return socket.send('{"type":"pong"}');
      if (type !== 'next') throw new Error(`socket ${at} was told ${text.slice(0, 300)}`);
      frames += 1;
      if (watcher.seen === '') {
        watching += 1;
        watchers.push(watcher);
        resolve();
      }
      // The board's own sum comes before those of its lines.
      watcher.seen = /"goodQuantity":"([\d.]+)"/.exec(text)?.[1] ?? text;
      if (watcher.seen === expected?.goodQuantity) arrived();
    });
  });
}

function arrived(): void {
  if (!expected) return;
  expected.arrivals.push(process.hrtime.bigint());
  if (expected.arrivals.length < watchers.length) return;
  const arrivals: Arrivals = expected.arrivals.map(String);
  expected = null;
  // A moment for frames that nobody needs, so that they are counted.
  setTimeout(() => tell({ kind: 'seen', arrivals, frames }), 300);
}
