/** Tells whoever asked for it what changed: signed, so that nobody else can. */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { ToldChange } from './books.ts';

export type WebhookTarget = Readonly<{ url: string; secret: string }>;

export type Webhooks = Readonly<{
  /** Null: nobody wants to hear. */
  sendTo(target: WebhookTarget | null): void;
  tell(change: ToldChange): void;
  /** How many arrived, and how many were given up. */
  counts(): Readonly<{ delivered: number; failed: number }>;
  /** What is under way is given up. */
  stop(): void;
}>;

const RETRY_DELAYS_MS = [0, 1_000, 5_000];
const ATTEMPT_MS = 5_000;

/** `sha256=` and the HMAC-SHA256 of timestamp, a point and the body, in hex. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

export function openWebhooks(now: () => Date, first: WebhookTarget | null): Webhooks {
  const stopped = new AbortController();
  let target = first;
  let delivered = 0;
  let failed = 0;

  async function post({ url, secret }: WebhookTarget, delivery: string, body: string): Promise<boolean> {
    const timestamp = String(Math.floor(now().getTime() / 1000));
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        'x-luaguage-delivery': delivery,
        'x-luaguage-timestamp': timestamp,
        'x-luaguage-signature': signatureOf(secret, timestamp, body),
      },
      body,
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    await response.arrayBuffer();
    return response.ok;
  }

  async function deliver(to: WebhookTarget, body: string): Promise<void> {
    const delivery = randomUUID();
    for (const delay of RETRY_DELAYS_MS) {
      await after(delay, undefined, { ref: false });
      if (stopped.signal.aborted) break;
      if (await post(to, delivery, body).catch(() => false)) {
        delivered += 1;
        return;
      }
    }
    failed += 1;
  }

  return {
    sendTo: (next) => {
      target = next;
    },
    tell: ({ event, tenantId, data }) => {
      if (!target) return;
      void deliver(target, JSON.stringify({ event, tenant_id: tenantId, occurred_at: now().toISOString(), data }));
    },
    counts: () => ({ delivered, failed }),
    stop: () => stopped.abort(),
  };
}
