/** Looks after what is known of the ERP, for every tenant that was ever heard of. */
import { startLoop } from '@enghub/messaging/wake-up';
import { systemClaims } from '@enghub/subgraph-kit/claims';
import type { BackgroundTools, BackgroundWork } from '@enghub/subgraph-kit/start-subgraph';
import { randomUUID } from 'node:crypto';
import type { Context } from './context.ts';
import type { ErpInterface } from './erp/interface-guard.ts';
import { isErpUnavailable } from './erp/outage.ts';
import { askFor, findToBeAsked } from './integration-status/asking.ts';
import { shareHealth, watch } from './integration-status/commands.ts';
import { recheckDue } from './rechecking.ts';
import { findTenants, SCHEDULER_TENANT } from './sync/tenants-store.ts';
import { warmUp } from './warm-up.ts';

const ASK_EVERY_MS = 5_000;
const WARM_AGAIN_MS = 10_000;

export function watchErp({ contextFor, logger }: BackgroundTools<Context>): BackgroundWork {
  const contextOf = (tenantId: string) =>
    contextFor(systemClaims('luaguage-bridge', { tenantId, factoryIds: ['*'], traceId: randomUUID() }));
  const tenants = () => findTenants(contextOf(SCHEDULER_TENANT).db);
  const warmAgainAt = new Map<string, number>();
  const asking = new Map<ErpInterface, Promise<void>>();
  let stopping = false;
  let askedAt = -Infinity;

  async function watchAll(): Promise<void> {
    await shareHealth(contextOf(SCHEDULER_TENANT));
    for (const tenantId of await tenants()) await watch(contextOf(tenantId));
  }

  /** An interface that takes its time to fail keeps nobody waiting but itself. */
  async function askThose(): Promise<void> {
    if (performance.now() - askedAt < ASK_EVERY_MS) return;
    askedAt = performance.now();
    const [someTenant] = await tenants();
    if (someTenant === undefined) return;
    const context = contextOf(someTenant);
    for (const name of await findToBeAsked(context)) {
      if (asking.has(name)) continue;
      const answering = askFor(name, context).catch((error: unknown) => {
        if (!isErpUnavailable(error)) logger.warn({ err: error, name }, 'the ERP could not be asked how it does');
      });
      asking.set(name, answering);
      void answering.finally(() => asking.delete(name));
    }
  }

  /** Once for each tenant; what it needs may start later than we do. */
  async function warm(tenantId: string): Promise<void> {
    if (performance.now() < (warmAgainAt.get(tenantId) ?? 0)) return;
    const isWarm = await warmUp(contextOf(tenantId), () => stopping).catch((error: unknown) => {
      logger.warn({ err: error, tenantId }, 'not yet known what running orders are made of');
      return false;
    });
    warmAgainAt.set(tenantId, isWarm ? Infinity : performance.now() + WARM_AGAIN_MS);
  }

  async function askWhatIsDue(): Promise<void> {
    for (const tenantId of await tenants()) {
      if (stopping) return;
      await recheckDue(contextOf(tenantId), () => stopping);
      await warm(tenantId);
    }
  }

  const loops = [
    startLoop(watchAll, logger, 'watching the ERP'),
    startLoop(askThose, logger, 'asking the ERP how it does'),
    startLoop(askWhatIsDue, logger, 'asking the ERP for what grows old'),
  ];
  return {
    async stop() {
      stopping = true;
      await Promise.all([...loops.map((loop) => loop.stop()), ...asking.values()]);
    },
  };
}
