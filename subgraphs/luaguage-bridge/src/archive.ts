/** Clears away what was announced as a document and never came, for every tenant that was ever heard of. */
import { startLoop } from '@enghub/messaging/wake-up';
import { systemClaims } from '@enghub/subgraph-kit/claims';
import type { BackgroundTools, BackgroundWork } from '@enghub/subgraph-kit/start-subgraph';
import { randomUUID } from 'node:crypto';
import type { Context } from './context.ts';
import type { Storage } from './documents/storage.ts';
import { purgeAbandoned } from './documents/transfers.ts';
import { findTenants, SCHEDULER_TENANT } from './sync/tenants-store.ts';

const EVERY_MS = 10 * 60_000;
/** Longer than any file takes to come. */
const LEFT_BEHIND_MS = 60 * 60_000;

export function runArchive({ contextFor, logger }: BackgroundTools<Context>, storage: Storage): BackgroundWork {
  const contextOf = (tenantId: string) =>
    contextFor(systemClaims('luaguage-bridge', { tenantId, factoryIds: ['*'], traceId: randomUUID() }));
  let sweptAt = -Infinity;

  const loop = startLoop(
    async () => {
      if (performance.now() - sweptAt < EVERY_MS) return;
      await storage.sweep(new Date(Date.now() - LEFT_BEHIND_MS));
      for (const tenantId of await findTenants(contextOf(SCHEDULER_TENANT).db)) {
        const count = await purgeAbandoned(contextOf(tenantId));
        if (count > 0) logger.info({ tenantId, count }, 'files that never came were forgotten');
      }
      sweptAt = performance.now();
    },
    logger,
    'clearing away abandoned files',
  );
  return { stop: () => loop.stop() };
}
