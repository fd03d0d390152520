/** WebSockets at /graphql: who may open one, how frames go in and out, and when one is closed. */
import { handleProtocols } from 'graphql-ws';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { nestsDeeperThan } from '../http/read-body.ts';
import { pathOf } from '../http/responses.ts';
import type { Permissions } from '../identity/permissions.ts';
import { addressOf } from '../identity/request-traits.ts';
import type { Limits } from '../limits/limits.ts';
import { isAllowedOrigin } from './origin.ts';
import { createProtocol, type Connection, type ProtocolOptions } from './protocol.ts';
import { closing, createSessions } from './session.ts';
import { createTally } from './tally.ts';

export type SocketOptions = Omit<ProtocolOptions, 'sessions' | 'subscriptionsPerSocket'> &
  Readonly<{
    limits: Limits;
    permissions: Permissions;
    /** Besides the page's own origin. */
    allowedOrigins: readonly string[];
    recheckMs: number;
  }>;

export type Sockets = Readonly<{
  /** Looks at permissions now: a user's, or everybody's. */
  recheck(userId?: string): void;
  count(): number;
  /** Closes every socket; no new one is opened. */
  stop(): void;
}>;

const HEARTBEAT_MS = 15_000;
const FAREWELL_MS = 2_000;

export function attachSockets(server: Server, options: SocketOptions): Sockets {
  const { limits, logger } = options;
  const { permissions, recheckMs } = options;
  const sessions = createSessions({ permissions, recheckMs, perUser: limits.socketsPerUser, logger });
  const ofAddress = createTally();
  const protocol = createProtocol({ ...options, sessions, subscriptionsPerSocket: limits.subscriptionsPerSocket });
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => handleProtocols(offered),
    maxPayload: limits.socketMessageBytes,
    perMessageDeflate: false,
  });
  let stopped = false;

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // A connection that breaks during the handshake is nobody's concern.
    stream.on('error', () => stream.destroy());
    if (pathOf(request) !== '/graphql') return refuseUpgrade(stream, 404);
    if (stopped) return refuseUpgrade(stream, 503);
    sockets.handleUpgrade(request, stream, head, (socket) => accept(socket, request));
  });

  function accept(socket: WebSocket, request: IncomingMessage): void {
    // Malformed frames: ws closes the socket with the right code. Logging each would let a client fill the disk.
    socket.on('error', () => undefined);
    const close = (code: number, reason: string) => socket.close(code, reason);
    if (!isAllowedOrigin(request.headers.origin, request.headers.host, options.allowedOrigins)) {
      return close(...closing.forbidden);
    }
    const address = addressOf(request, options.proxies) ?? '';
    if (sessions.count() >= limits.sockets || !ofAddress.take(address, limits.socketsPerAddress)) {
      return close(...closing.tooManySockets);
    }

    const session = sessions.open(close);
    const connection: Connection = { request, session, splice: null };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, connection, text, limits.socketBacklogBytes, logger),
        close: (code, reason) => close(code ?? 1000, reason ?? ''),
        onMessage: (handle) => socket.on('message', (data, isBinary) => void receive(data, isBinary, handle)),
      },
      connection,
    );

    async function receive(data: RawData, isBinary: boolean, handle: (text: string) => Promise<void>): Promise<void> {
      const text = isBinary ? '' : data.toString();
      if (isBinary || nestsDeeperThan(text, limits.bodyNesting)) return close(4400, 'Invalid message received');
      try {
        await handle(text);
      } catch (error) {
        logger.error({ err: error }, 'socket message failed');
        close(4500, 'Internal server error');
      }
    }

    const stopHeartbeat = startHeartbeat(socket);
    socket.once('close', (code, reason) => {
      stopHeartbeat();
      sessions.end(session);
      ofAddress.giveBack(address);
      closed(code, reason.toString()).catch((error: unknown) =>
        logger.error({ err: error }, 'socket did not end well'),
      );
    });
  }

  return {
    recheck: (userId) => {
      sessions
        .recheck(userId)
        .catch((error: unknown) => logger.error({ err: error }, 'permissions could not be rechecked'));
    },
    count: sessions.count,
    stop() {
      stopped = true;
      sessions.stop();
      const farewell = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), FAREWELL_MS);
      sockets.close(() => clearTimeout(farewell));
    },
  };
}

/** Resolves when the frame has left: graphql-ws takes the next result only then, so a slow client skips some. */
function send(
  socket: WebSocket,
  connection: Connection,
  text: string,
  backlogBytes: number,
  logger: Logger,
): Promise<void> {
  const frame = spliced(connection, text);
  if (socket.bufferedAmount > backlogBytes) {
    if (socket.readyState === socket.OPEN)
      logger.info({ userId: connection.session.token?.userId }, 'slow client closed');
    socket.close(...closing.slow);
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    // A frame that could not be sent belongs to a socket that is closing.
    socket.send(frame, () => resolve());
  });
}

const EMPTY_PAYLOAD = 'null}';

/** Puts a payload that many sockets share, already text, into this socket's message. */
function spliced(connection: Connection, text: string): string {
  const { splice } = connection;
  if (splice === null) return text;
  connection.splice = null;
  return `${text.slice(0, -EMPTY_PAYLOAD.length)}${splice}}`;
}

/** A client that does not answer a ping by the next one is gone, or too slow to be served. */
function startHeartbeat(socket: WebSocket): () => void {
  let alive = true;
  socket.on('pong', () => (alive = true));
  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
