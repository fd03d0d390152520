/** Finds the people that are to be told, and sends what the ERP is to tell them, for every tenant that was ever heard of. */
import { startLoop } from '@enghub/messaging/wake-up';
import { systemClaims } from '@enghub/subgraph-kit/claims';
import type { BackgroundTools, BackgroundWork } from '@enghub/subgraph-kit/start-subgraph';
import { randomUUID } from 'node:crypto';
import type { Context } from './context.ts';
import { refreshDirectory } from './directory/commands.ts';
import { isErpUnavailable } from './erp/outage.ts';
import { addressedRoles, addressOccasions, purgeRead } from './notifications/commands.ts';
import { deliver } from './notifications/delivery.ts';
import { findTenants, SCHEDULER_TENANT } from './sync/tenants-store.ts';

const DAY_MS = 24 * 60 * 60_000;
/** An ERP that did not list its users is left alone for so long. */
const LIST_AGAIN_MS = 5_000;

export function runPostOffice({ contextFor, logger }: BackgroundTools<Context>, keepReadDays: number): BackgroundWork {
  const contextOf = (tenantId: string) =>
    contextFor(systemClaims('luaguage-bridge', { tenantId, factoryIds: ['*'], traceId: randomUUID() }));
  const notListedAt = new Map<string, number>();
  const purgedAt = new Map<string, number>();
  let stopping = false;

  /** One tenant's trouble is not another's. */
  async function forEachTenant(work: (context: Context) => Promise<void>): Promise<void> {
    const tenants = await findTenants(contextOf(SCHEDULER_TENANT).db);
    const rounds = await Promise.allSettled(tenants.map((tenantId) => work(contextOf(tenantId))));
    for (const round of rounds) if (round.status === 'rejected') throw round.reason;
  }

  async function address(context: Context): Promise<void> {
    while (!stopping && (await addressOccasions(context)));
  }

  async function refresh(context: Context): Promise<void> {
    const { tenantId } = context.claims;
    const at = performance.now();
    if (at < (notListedAt.get(tenantId) ?? -Infinity) + LIST_AGAIN_MS) return;
    try {
      await refreshDirectory(addressedRoles, context);
      notListedAt.delete(tenantId);
    } catch (error) {
      if (!isErpUnavailable(error)) throw error;
      notListedAt.set(tenantId, at);
      logger.warn({ err: error, tenantId }, 'the ERP did not list who holds which role');
    }
  }

  async function purge(context: Context): Promise<void> {
    const { tenantId } = context.claims;
    const at = context.now().getTime();
    if (at < (purgedAt.get(tenantId) ?? -Infinity) + DAY_MS) return;
    const count = await purgeRead(new Date(at - keepReadDays * DAY_MS), context);
    purgedAt.set(tenantId, at);
    if (count > 0) logger.info({ tenantId, count }, 'old notifications removed');
  }

  // Apart, so that nobody is told later because the ERP is slow to take what others are told.
  const inside = startLoop(
    () =>
      forEachTenant(async (context) => {
        await address(context);
        await refresh(context);
        await address(context);
        await purge(context);
      }),
    logger,
    'finding whom to notify',
  );
  const outside = startLoop(
    () =>
      forEachTenant(async (context) => {
        while (!stopping && (await deliver(context)));
      }),
    logger,
    'sending notifications',
  );

  return {
    async stop() {
      stopping = true;
      await Promise.all([inside.stop(), outside.stop()]);
    },
  };
}
