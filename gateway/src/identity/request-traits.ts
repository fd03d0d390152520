import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
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

type Arrived = Pick<IncomingMessage, 'headers' | 'socket'>;

/** Where a request came from, for the audit trail: the client's address, and what the terminal calls itself in x-terminal. */
export function originOf(request: Arrived, proxies: BlockList): string | null {
  const address = addressOf(request, proxies);
  const terminal = terminalOf(request.headers['x-terminal']);
  return [address, terminal].filter((part) => part !== null).join(' ') || null;
}

/**
 * The address of the client. X-Forwarded-For counts only as far as proxies of ours vouch for it: read from its end, the
 * first address that is not one of them.
 */
export function addressOf({ headers, socket }: Arrived, proxies: BlockList): string | null {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').slice(-1_000).split(',');
  let address = plainAddress(socket.remoteAddress);
  while (address !== null && isOneOf(address, proxies)) {
    const before = plainAddress(forwarded.pop()?.trim());
    if (before === null) break;
    address = before;
  }
  return address;
}

const plainAddress = (text: string | undefined): string | null => {
  const address = text?.replace(/^::ffff:(?=\d+\.)/, '');
  return address !== undefined && isIP(address) > 0 ? address : null;
};

const isOneOf = (address: string, list: BlockList) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** Reads `10.0.0.0/8, ::1`; throws at what is no address. */
export function readProxies(text: string): BlockList {
  const list = new BlockList();
  for (const part of text
    .split(',')
    .map((it) => it.trim())
    .filter(Boolean)) {
    const [address = '', bits] = part.split('/');
    if (isIP(address) === 0) throw new Error(`"${part}" is no address: write 10.0.0.7 or 10.0.0.0/8`);
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The plant that the client wants to work in: of the header, or of the payload that opens a socket. */
export function factoryOf(given: unknown): string | null {
  if (given === undefined || given === null) return null;
  return typeof given === 'string' ? given : '';
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
