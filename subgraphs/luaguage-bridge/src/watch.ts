/** Looks after what is known of the ERP, for every tenant that was ever heard of. */
import { startLoop } from '@enghub/messaging/wake-up';
import { systemClaims } from '@enghub/subgraph-kit/claims';
import type { BackgroundTools, BackgroundWork } from '@enghub/subgraph-kit/start-subgraph';
import { randomUUID } from 'node:crypto';
import type { Context } from './context.ts';
import { watch } from './integration-status/commands.ts';
import { recheckDue } from './part-approvals/commands.ts';
import { findTenants, SCHEDULER_TENANT } from './sync/tenants-store.ts';

/** Part approvals are looked through at the start, and then once a minute. */
const RECHECK_EVERY_MS = 60_000;

export function watchErp({ contextFor, logger }: BackgroundTools<Context>): BackgroundWork {
  const contextOf = (tenantId: string) =>
    contextFor(systemClaims('luaguage-bridge', { tenantId, factoryIds: ['*'], traceId: randomUUID() }));
  let recheckedAt = -Infinity;

  const loop = startLoop(
    async () => {
      const isDue = performance.now() - recheckedAt >= RECHECK_EVERY_MS;
      if (isDue) recheckedAt = performance.now();
      for (const tenantId of await findTenants(contextOf(SCHEDULER_TENANT).db)) {
        await watch(contextOf(tenantId));
        if (isDue) await recheckDue(contextOf(tenantId), false);
      }
    },
    logger,
    'watching the ERP',
  );
  return { stop: () => loop.stop() };
}
