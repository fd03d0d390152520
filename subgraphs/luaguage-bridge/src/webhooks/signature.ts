/** Whether a message comes from whoever holds the secret, and just now. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const WINDOW_SECONDS = 300;

/**
 * The signature is `sha256=` and the HMAC-SHA256 of timestamp (Unix seconds), a point and the body, in hex. One that is
 * older or newer than five minutes counts for nothing, so that what was overheard cannot be sent for ever.
 */
export function isSigned(
  secret: string,
  { timestamp, signature, body }: Readonly<{ timestamp: string; signature: string; body: string }>,
  now: Date,
): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > WINDOW_SECONDS) return false;
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
