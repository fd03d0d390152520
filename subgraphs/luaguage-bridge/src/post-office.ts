/** Finds the people that are to be told, and sends what the ERP is to tell them; for all tenants, beside the requests. */
import { startLoop } from '@enghub/messaging/wake-up';
import { systemClaims } from '@enghub/subgraph-kit/claims';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Logger } from 'pino';
import type { Context } from './context.ts';
import { refreshDirectory, type ListUsers } from './directory/commands.ts';
import { addressedRoles, addressOccasions } from './notifications/commands.ts';
import { deliver, type Send } from './notifications/delivery.ts';
import * as store from './notifications/store.ts';
import { isErpUnavailable, isRefusal } from './erp/outage.ts';

export type PostOffice = Readonly<{ stop(): Promise<void> }>;

export type PostOfficeOptions = Readonly<{
  contextFor: (claims: ReturnType<typeof systemClaims>) => Context;
  listUsers: ListUsers;
  send: Send;
  logger: Logger;
  /** How long a notification that was read is kept. */
  keepReadDays: number;
}>;

const DAY_MS = 24 * 60 * 60_000;
/** An ERP that did not list its users is left alone for so long. */
const LIST_AGAIN_MS = 30_000;

export function startPostOffice(options: PostOfficeOptions): PostOffice {
  const { contextFor, listUsers, send, logger } = options;
  const contextOf = (tenantId: string): Context =>
    contextFor(systemClaims('luaguage-bridge', { tenantId, factoryIds: ['*'], traceId: newId() }));
  const notListed = new Map<string, number>();
  const purged = new Map<string, number>();
  let stopping = false;

  /** One tenant's trouble is not the others'. */
  async function forEachTenant(what: string, work: (context: Context) => Promise<void>): Promise<void> {
    for (const tenantId of await store.tenants(contextOf('*').db)) {
      if (stopping) return;
      await work(contextOf(tenantId)).catch((error: unknown) =>
        logger.warn({ err: error, tenantId }, `notifications: ${what} failed, will be tried again`),
      );
    }
  }

  async function address(context: Context): Promise<void> {
    while (!stopping && (await addressOccasions(context)));
  }

  async function refresh(context: Context): Promise<void> {
    const { tenantId } = context.claims;
    const at = context.now().getTime();
    if (at < (notListed.get(tenantId) ?? -Infinity) + LIST_AGAIN_MS) return;
    try {
      await refreshDirectory(addressedRoles, listUsers, context);
      notListed.delete(tenantId);
    } catch (error) {
      if (!isErpUnavailable(error)) throw error;
      notListed.set(tenantId, at);
      logger.warn({ err: error, tenantId }, 'the ERP did not list who holds which role');
    }
  }

  async function purge(context: Context): Promise<void> {
    const { tenantId } = context.claims;
    const at = context.now().getTime();
    if (at < (purged.get(tenantId) ?? -Infinity) + DAY_MS) return;
    purged.set(tenantId, at);
    const count = await store.purge(context.db, new Date(at - options.keepReadDays * DAY_MS));
    if (count > 0) logger.info({ tenantId, count }, 'old notifications removed');
  }

  // Apart, so that nobody is told later because the ERP is slow to take what others are told.
  const inside = startLoop(
    () =>
      forEachTenant('finding recipients', async (context) => {
        await address(context);
        await refresh(context);
        await address(context);
        await purge(context);
      }),
    logger,
    'notification recipients',
  );
  const outside = startLoop(
    () =>
      forEachTenant('sending', async (context) => {
        while (!stopping && (await deliver(send, isRefusal, context)));
      }),
    logger,
    'notification deliveries',
  );

  return {
    async stop() {
      stopping = true;
      await Promise.all([inside.stop(), outside.stop()]);
    },
  };
}
