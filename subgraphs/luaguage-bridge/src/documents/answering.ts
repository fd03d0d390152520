import { faultCodes } from '@enghub/subgraph-kit/fault';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Trouble } from './receiving.ts';

/** Why a file is neither taken nor given: status and words. */
const refusals = {
  NOT_ALLOWED: [403, 'This link is not one of ours, is over, or is not for its user any more.'],
  NOT_FOUND: [404, 'There is no such file.'],
  METHOD_NOT_ALLOWED: [405, 'A file is sent with PUT and fetched with GET.'],
  TOO_SLOW: [408, 'The file came too slowly.'],
  ALREADY_STORED: [409, 'The file is here already.'],
  ARCHIVED: [409, 'The document was archived.'],
  TOO_LARGE: [413, 'The file is larger than announced.'],
  WRONG_CONTENT_TYPE: [415, 'The Content-Type is not the announced one.'],
  COMPRESSED: [415, 'A file is sent as it is, without a Content-Encoding.'],
  TOO_SHORT: [422, 'The file is smaller than announced.'],
  WRONG_CHECKSUM: [422, 'The SHA-256 of the file is not the announced one.'],
  NOT_WHAT_IT_SAYS: [422, 'The content is not of the announced type.'],
  BROKEN_OFF: [400, 'The file broke off.'],
  TOO_MANY: [503, 'Too many files are under way; try again.'],
  UNAVAILABLE: [503, faultCodes.UNAVAILABLE],
  INTERNAL_SERVER_ERROR: [500, faultCodes.INTERNAL_SERVER_ERROR],
} as const satisfies Record<Trouble | string, readonly [number, string]>;
export type Refusal = keyof typeof refusals;

// Reading on for a moment lets the client hear the refusal; there is an end to that courtesy, too.
const COURTESY_BYTES = 256 * 1024;
const COURTESY_MS = 2_000;

/** Answers and reads no more of the file. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) return void response.destroy();
  const [status, message] = refusals[refusal];
  const retry = status === 503 && { 'retry-after': '5' };
  const body = { errors: [{ message, extensions: { code: refusal } }] };
  if (request.complete) return sendJson(response, status, body, { ...retry });
  const text = JSON.stringify(body);
  // What is left of a file must not be taken for the next request.
  const length = { connection: 'close', 'content-length': String(Buffer.byteLength(text)) };
  response.writeHead(status, { ...jsonHeaders, ...retry, ...length }).write(text);
  endSoon(request, response);
}

/** A connection that ends with bytes unread is reset, and the answer is lost. */
function endSoon(request: IncomingMessage, response: ServerResponse): void {
  let left = COURTESY_BYTES;
  const end = () => {
    clearTimeout(late);
    response.end();
    request.destroy();
  };
  const late = setTimeout(end, COURTESY_MS);
  request.on('error', () => undefined);
  request.once('end', end).once('close', end);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  });
}

const jsonHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...jsonHeaders, ...headers }).end(JSON.stringify(body));
}
