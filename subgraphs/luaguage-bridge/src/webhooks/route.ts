/** Where the ERP says that something changed. It is asked for the rest, so a forged word could only make us ask. */
import type { HttpRoute } from '@enghub/subgraph-kit/http-route';
import { systemClaims, type Claims } from '@enghub/subgraph-kit/claims';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { isErpUnavailable } from '../erp/outage.ts';
import { findTenants, SCHEDULER_TENANT } from '../sync/commands.ts';
import { hear } from './commands.ts';
import { isSigned } from './signature.ts';
import { countStrangers } from './strangers.ts';

export const WEBHOOK_PATH = '/webhooks/luaguage';

const MAX_BYTES = 64 * 1024;
const id = z.string().min(1).max(200);
export const changeSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('bom.changed'), data: z.object({ product_id: id, bom_version: id }) }),
  z.object({ event: z.literal('ppap.changed'), data: z.object({ material_id: id }) }),
  z.object({ event: z.literal('permissions.changed'), data: z.object({ user_id: id }) }),
  z.object({ event: z.literal('sales-order.changed'), data: z.object({ sales_order_id: id }) }),
]);
export type Change = z.infer<typeof changeSchema>;
const namedSchema = z.object({ tenant_id: id });
const messageSchema = z.intersection(z.object({ tenant_id: id.nullable() }), changeSchema);

export type WebhookOptions = Readonly<{
  secret: string;
  contextFor: (claims: Claims) => Context;
  now: () => Date;
  logger: Logger;
}>;

export function webhookRoute({ secret, contextFor, now, logger }: WebhookOptions): HttpRoute {
  const contextOf = (tenantId: string) =>
    contextFor(systemClaims('luaguage-bridge', { tenantId, factoryIds: ['*'], traceId: randomUUID() }));

  const strangers = countStrangers(now);

  async function answer(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST') return 405;
    const body = await readBody(request);
    if (body === null) return 413;
    const header = (name: string) => String(request.headers[name] ?? '');
    const proof = { timestamp: header('x-luaguage-timestamp'), signature: header('x-luaguage-signature'), body };
    // Whoever holds the secret is heard, however many strangers said something in between.
    if (!isSigned(secret, proof, now())) return refuseStranger(body);
    const read = messageSchema.safeParse(parsed(body));
    if (!read.success) return 400;
    const { tenant_id: named } = read.data;
    const tenants = named === null ? await findTenants(contextOf(SCHEDULER_TENANT).db) : [named];
    // One tenant's trouble is not another's.
    const heard = await Promise.allSettled(tenants.map((tenantId) => hear(read.data, contextOf(tenantId))));
    for (const each of heard) if (each.status === 'rejected') throw each.reason;
    return 204;
  }

  function refuseStranger(body: string): 401 | 429 {
    const named = namedSchema.safeParse(parsed(body));
    const tenantId = named.success ? named.data.tenant_id : '';
    if (!strangers.note(tenantId)) return 429;
    logger.warn({ tenantId }, 'webhook that the ERP did not sign');
    return 401;
  }

  return {
    prefix: WEBHOOK_PATH,
    async handle(request, response) {
      const status = await answer(request).catch((error: unknown) => {
        // The ERP tries again later; what it told us is asked for then.
        logger.warn({ err: error }, 'webhook not dealt with');
        return isErpUnavailable(error) ? 503 : 500;
      });
      response.writeHead(status).end();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
