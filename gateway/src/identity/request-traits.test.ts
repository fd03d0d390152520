import { expect, it } from 'vitest';
import { languageOf, traceIdOf } from './request-traits.ts';

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
