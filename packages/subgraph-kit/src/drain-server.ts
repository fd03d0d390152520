/** The orderly end of an HTTP server: nobody who was let in finds a door slammed. */
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

export type DrainTimes = Readonly<{
  /** So long, connections that stand idle may still be used once: their other ends learn with the answer that we go. */
  graceMs?: number;
  /** What is under way after so long is cut off. */
  deadlineMs?: number;
}>;

/** Takes no new connections, answers what comes in over the old ones, and asks each to be closed. */
export async function drainServer(
  server: Server,
  { graceMs = 2_000, deadlineMs = 10_000 }: DrainTimes = {},
): Promise<void> {
  // A connection that is used all the time would never become idle.
  server.prependListener('request', (_, response) => response.setHeader('connection', 'close'));
  // Not the close of HTTP: that closes idle connections at once, also where a request is just on its way to us.
  const closed = new Promise<void>((resolve) => void NetServer.prototype.close.call(server, () => resolve()));
  let idle: NodeJS.Timeout | undefined;
  const grace = setTimeout(() => {
    idle = setInterval(() => server.closeIdleConnections(), 50);
  }, graceMs);
  const late = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearTimeout(grace);
  clearInterval(idle);
  clearTimeout(late);
}
