import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Language } from '@enghub/subgraph-kit/claims';

/** The language people read: Chinese when the client prefers any Chinese to English, English otherwise. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const preferred = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => part.split(';'))
    .map(([tag = '', ...parameters]) => ({ tag: tag.trim().toLowerCase(), weight: weightOf(parameters) }))
    .filter(({ tag, weight }) => weight > 0 && /^(zh|en)\b/.test(tag))
    .sort((one, other) => other.weight - one.weight)[0];
  return preferred?.tag.startsWith('zh') ? 'zh-CN' : 'en';
}

function weightOf(parameters: readonly string[]): number {
  const quality = parameters.map((it) => /^\s*q=([\d.]+)\s*$/.exec(it)?.[1]).find((it) => it !== undefined);
  return quality === undefined ? 1 : Number(quality);
}

/** The trace id of a W3C traceparent, or a new one. */
export function traceIdOf(traceparent: string | undefined): string {
  const [, traceId] = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(traceparent ?? '') ?? [];
  return traceId && !/^0+$/.test(traceId) ? traceId : newTraceId();
}

export const newTraceId = (): string => randomBytes(16).toString('hex');

const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * Where a request came from, for the audit trail: the address at the other end of the connection, and what the terminal
 * calls itself in the header x-terminal. Nobody vouches for X-Forwarded-For, so it counts for nothing.
 */
export function originOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): string | null {
  const address = request.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? null;
  const terminal = terminalOf(request.headers['x-terminal']);
  return [address, terminal].filter((part) => part !== null).join(' ') || null;
}

function terminalOf(header: string | string[] | undefined): string | null {
  if (typeof header !== 'string') return null;
  const name = readUtf8(header).trim();
  return name.length > 0 && name.length <= 100 && !UNPRINTABLE.test(name) ? name : null;
}

/** Node reads headers as Latin-1; names of terminals may be Chinese. */
function readUtf8(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
