/** Tells the plant when an interface of the ERP stops working and when it works again, and makes good what it missed. */
import { fact } from '@enghub/event-contracts/fact';
import { integrationDegraded } from '@enghub/event-contracts/luaguage-bridge/integration-degraded.v1';
import { integrationRecovered } from '@enghub/event-contracts/luaguage-bridge/integration-recovered.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { ErpInterface } from '../erp/interface-guard.ts';
import { checkAll } from '../erp/news-store.ts';
import { deliverSoon } from '../notifications/commands.ts';
import { pullSoon, sendSoon } from '../sync/commands.ts';
import { findHealth, saveHealth } from './health-store.ts';
import { healthOf } from './reads.ts';
import { isNews, merged, nextState, type IntegrationState } from './rules.ts';
import { findStates, saveState } from './store.ts';

/** Lets the other bridges know how the interfaces do here; by the scheduler's context. */
export async function shareHealth({ luaguage, db }: Context): Promise<void> {
  const known = new Map((await findHealth(db)).map((it) => [it.name, it]));
  for (const own of luaguage.health()) {
    const shared = known.get(own.name);
    const together = shared ? merged(own, shared) : own;
    if (isNews(together, shared)) await saveHealth(db, together);
  }
}

/** One look at every interface, for the context's tenant. */
export async function watch(context: Context): Promise<void> {
  const { db, now } = context;
  const told = new Map((await findStates(db)).map((it) => [it.name, it]));
  for (const health of await healthOf(context)) {
    const next = nextState(health, told.get(health.name) ?? null, now());
    if (next) await tell(next, context);
  }
}

/** In one transaction with what is made good, so that whoever told it has seen to that too. */
async function tell(next: IntegrationState<ErpInterface>, context: Context): Promise<void> {
  const { name, state, since, lastError: last_error } = next;
  const about = { interface: name, since: since.toISOString(), last_error: last_error?.slice(0, 1_000) ?? null };
  await context.transaction(async (tx) => {
    if (!(await saveState(tx, context.claims.tenantId, next))) return;
    const told =
      state === 'DEGRADED'
        ? fact(integrationDegraded, { ...about, state })
        : fact(integrationRecovered, { ...about, state });
    await publish(tx, context, { factoryId: null, aggregateId: name }, [told]);
    if (state === 'OK') await makeGood(name, { ...context, db: tx });
  });
}

/** What was answered out of memory meanwhile is asked for again, and what could not be told is told, soon. */
async function makeGood(name: ErpInterface, context: Context & Readonly<{ db: Db }>): Promise<void> {
  const { db, claims, now } = context;
  if (name === 'PPAP' || name === 'BOM') await checkAll(db, claims.tenantId, name, now());
  if (name === 'SALES_ORDERS') await pullSoon(context);
  if (name === 'ORDER_STATUS') await sendSoon(context);
  if (name === 'NOTIFICATIONS') await deliverSoon(context);
}
