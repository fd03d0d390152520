/** Hands requests on to a subgraph at the other end of HTTP, piece by piece, for what it serves beside the graph. */
import type { HttpRoute } from '@enghub/subgraph-kit/http-route';
import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { sendError } from './responses.ts';

export type ForwardOptions = Readonly<{
  prefix: string;
  /** Undefined while nobody knows where the subgraph is. */
  origin: () => string | undefined;
  logger: Logger;
}>;

/** All that the other side may know of a request: no tokens, no cookies, and no word of who asks. */
const FORWARDED = ['content-type', 'content-length', 'content-encoding', 'range', 'if-none-match'];
const NOT_RETURNED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);
/** Neither side may be silent for so long. */
const IDLE_MS = 120_000;
const COURTESY_MS = 2_000;

/** Each on a connection of its own: files are few, and one that breaks off leaves a connection that is good for nothing. */
export function forwardRoute({ prefix, origin, logger }: ForwardOptions): HttpRoute {
  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const to = origin();
    const answer = to === undefined ? null : await ask(to, request, response).catch(silence(response));
    // What is refused half-way is not read to its end, and must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    if (!answer) {
      request.unpipe();
      return sendError(response, 503, 'UNAVAILABLE', 'A backing service does not answer in time; try again.');
    }
    const returned = Object.entries(answer.headers).filter(([name]) => !NOT_RETURNED.has(name));
    response.writeHead(answer.statusCode!, Object.fromEntries(returned));
    const isWhole = request.complete;
    await pipeline(answer, response, { end: isWhole }).catch(silence(response));
    if (!isWhole) endSoon(request, response);
  }

  const silence =
    (response: http.ServerResponse) =>
    (error: unknown): null => {
      // A client that went away mid-request is no accident of ours.
      if (!response.destroyed) logger.error({ err: error, prefix }, 'a request could not be handed on');
      if (response.headersSent) response.destroy();
      return null;
    };

  return { prefix, takesLong: true, handle };
}

function ask(
  origin: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<http.IncomingMessage> {
  const known = FORWARDED.flatMap((name) => (request.headers[name] ? [[name, request.headers[name]]] : []));
  const url = new URL(origin);
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
      // As it came: nothing in it may lead to another host.
      path: request.url,
      method: request.method,
      headers: { ...(Object.fromEntries(known) as http.OutgoingHttpHeaders), connection: 'close' },
      agent: false,
      timeout: IDLE_MS,
    });
    outgoing.once('response', resolve);
    // Once there is an answer, whether all of the body was taken does not matter.
    outgoing.on('error', reject);
    outgoing.once('timeout', () => outgoing.destroy(new Error(`silent for ${IDLE_MS} ms`)));
    response.once('close', () => outgoing.destroy());
    request.pipe(outgoing);
  });
}

/** A connection that ends with bytes unread is reset, and the answer is lost: reading on for a moment lets the client hear it. */
function endSoon(request: http.IncomingMessage, response: http.ServerResponse): void {
  request.unpipe();
  request.resume();
  const end = () => {
    clearTimeout(late);
    response.end();
    request.destroy();
  };
  const late = setTimeout(end, COURTESY_MS);
  request.once('end', end).once('close', end);
}
