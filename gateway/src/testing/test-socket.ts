/** A graphql-transport-ws client for tests that must see every frame and every close code. */
import { WebSocket, type ClientOptions } from 'ws';

export type Message = Readonly<{ type: string; id?: string; payload?: unknown }>;
export type Closed = Readonly<{ code: number; reason: string }>;

export type TestSocket = Readonly<{
  socket: WebSocket;
  send(message: unknown): void;
  sendRaw(data: string | Buffer): void;
  /** The next message, in order of arrival. */
  next(): Promise<Message>;
  received: readonly Message[];
  closed: Promise<Closed>;
}>;

export type SocketChoices = Readonly<{ protocol?: string | null; options?: ClientOptions }>;

export async function openSocket(
  url: string,
  { protocol = 'graphql-transport-ws', options = {} }: SocketChoices = {},
): Promise<TestSocket> {
  const target = `${url.replace('http', 'ws')}/graphql`;
  const socket = protocol === null ? new WebSocket(target, options) : new WebSocket(target, protocol, options);
  const received: Message[] = [];
  const queue: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    received.push(message);
    const waiter = waiting.shift();
    if (waiter) waiter(message);
    else queue.push(message);
  });
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);

  return {
    socket,
    received,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    sendRaw: (data) => socket.send(data),
    next: () => {
      const message = queue.shift();
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** Opened, signed in and acknowledged. */
export async function signedInSocket(url: string, token: string | null): Promise<TestSocket> {
  const socket = await openSocket(url);
  socket.send({
    type: 'connection_init',
    ...(token === null ? {} : { payload: { authorization: `Bearer ${token}` } }),
  });
  await socket.next();
  return socket;
}
