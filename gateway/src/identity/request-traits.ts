import { randomBytes } from 'node:crypto';
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
