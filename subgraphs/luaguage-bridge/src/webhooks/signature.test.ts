import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSigned } from './signature.ts';

const now = new Date('2026-01-05T06:00:00Z');
const body = '{"event":"bom.changed"}';
const at = (seconds: number) => String(Math.floor(now.getTime() / 1000) + seconds);
const signed = (secret: string, timestamp: string, text = body) =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex')}`;

describe('a webhook is believed', () => {
  it('when the ERP signed it just now', () => {
    for (const seconds of [-300, 0, 300]) {
      const timestamp = at(seconds);
      expect(isSigned('s3cret', { timestamp, signature: signed('s3cret', timestamp), body }, now)).toBe(true);
    }
  });

  it.each([
    ['with another secret', at(0), signed('other', at(0)), body],
    ['for another body', at(0), signed('s3cret', at(0)), '{"event":"ppap.changed"}'],
    ['at another time', at(1), signed('s3cret', at(0)), body],
    ['more than five minutes ago', at(-301), signed('s3cret', at(-301)), body],
    ['in the future', at(301), signed('s3cret', at(301)), body],
    ['at no time', 'now', signed('s3cret', 'now'), body],
    ['not at all', at(0), '', body],
    ['with half a signature', at(0), signed('s3cret', at(0)).slice(0, 20), body],
  ])('and not when it was signed %s', (_how, timestamp, signature, text) => {
    expect(isSigned('s3cret', { timestamp, signature, body: text }, now)).toBe(false);
  });
});
