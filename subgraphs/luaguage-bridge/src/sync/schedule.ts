/** Sends and pulls by itself, for every tenant that was ever heard of. */
import { startLoop } from '@enghub/messaging/wake-up';
import { systemClaims } from '@enghub/subgraph-kit/claims';
import type { BackgroundTools, BackgroundWork } from '@enghub/subgraph-kit/start-subgraph';
import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { pullDue } from './pulling.ts';
import { sendDue } from './sending.ts';
import { findTenants, SCHEDULER_TENANT } from './tenants-store.ts';

export function keepInSync({ contextFor, logger }: BackgroundTools<Context>): BackgroundWork {
  const contextOf = (tenantId: string) =>
    contextFor(systemClaims('luaguage-bridge', { tenantId, factoryIds: ['*'], traceId: randomUUID() }));

  const loop = startLoop(
    async () => {
      const tenants = await findTenants(contextOf(SCHEDULER_TENANT).db);
      // One tenant's trouble is not another's.
      const rounds = await Promise.allSettled(tenants.map((tenantId) => serve(contextOf(tenantId))));
      for (const round of rounds) if (round.status === 'rejected') throw round.reason;
      if (rounds.some((round) => round.status === 'fulfilled' && round.value)) loop.wake();
    },
    logger,
    'keeping in step with the ERP',
  );
  return { stop: () => loop.stop() };
}

/** True when there is more to do at once. */
async function serve(context: Context): Promise<boolean> {
  const [sent, more] = await Promise.all([sendDue(context), pullDue(context)]);
  return sent > 0 || more;
}
