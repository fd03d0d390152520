import { expect, it } from 'vitest';
import { BlockList } from 'node:net';
import { addressOf, languageOf, originOf, readProxies, traceIdOf } from './request-traits.ts';

it.each([
  [undefined, 'en'],
  ['*', 'en'],
  ['de-DE,de', 'en'],
  ['zh', 'zh-CN'],
  ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-CN'],
  ['en;q=0.4, zh-CN;q=0.9', 'zh-CN'],
  ['en-GB, zh;q=0.9', 'en'],
  ['zh;q=0', 'en'],
])('reads the language of %j as %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

it('takes the trace id of a traceparent, and makes one of anything else', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  expect(traceIdOf(`00-${traceId}-00f067aa0ba902b7-01`)).toBe(traceId);
  for (const odd of [undefined, 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]) {
    expect(traceIdOf(odd)).toMatch(/^[\da-f]{32}$/);
    expect(traceIdOf(odd)).not.toMatch(/^0+$/);
  }
});

const from = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  originOf({ socket: { remoteAddress }, headers } as never, new BlockList());
const asSent = (text: string) => Buffer.from(text).toString('latin1');

it.each([
  ['::ffff:10.0.0.7', {}, '10.0.0.7'],
  ['2001:db8::1', { 'x-terminal': ' Mill 3 ' }, '2001:db8::1 Mill 3'],
  ['10.0.0.7', { 'x-terminal': asSent('铣床 3') }, '10.0.0.7 铣床 3'],
  ['10.0.0.7', { 'x-terminal': 'M\u00fchle' }, '10.0.0.7 Mühle'],
  ['10.0.0.7', { 'x-terminal': 'x'.repeat(101) }, '10.0.0.7'],
  ['10.0.0.7', { 'x-terminal': 'a\tb' }, '10.0.0.7'],
  ['10.0.0.7', { 'x-forwarded-for': '1.2.3.4' }, '10.0.0.7'],
  [undefined, {}, null],
])('takes %j with %j for the origin %j', (address, headers, origin) => {
  expect(from(address, headers as Record<string, string>)).toBe(origin);
});

const behind = readProxies('10.0.0.0/8, ::1');
const seen = (remoteAddress: string, forwarded?: string) =>
  addressOf(
    { socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } } as never,
    behind,
  );

it.each([
  ['10.1.2.3', '192.0.2.7', '192.0.2.7'],
  ['10.1.2.3', '203.0.113.9, 192.0.2.7, 10.9.9.9', '192.0.2.7'],
  ['::1', '2001:db8::5', '2001:db8::5'],
  ['::ffff:10.1.2.3', '192.0.2.7', '192.0.2.7'],
  ['192.0.2.7', '203.0.113.9', '192.0.2.7'],
  ['10.1.2.3', undefined, '10.1.2.3'],
  ['10.1.2.3', 'nonsense', '10.1.2.3'],
  ['10.1.2.3', '203.0.113.9, "><script>', '10.1.2.3'],
])('believes what the proxies at %s say of %j as far as they can know: %s', (address, forwarded, client) => {
  expect(seen(address, forwarded)).toBe(client);
});

it.each(['10.0.0.0/33', 'proxy.example.com', '10.0.0/8'])('does not take %s for a proxy', (text) => {
  expect(() => readProxies(text)).toThrow();
});
