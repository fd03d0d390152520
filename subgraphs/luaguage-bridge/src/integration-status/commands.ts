/** Tells the plant when an interface of the ERP stops working and when it works again, and makes good what it missed. */
import { fact } from '@enghub/event-contracts/fact';
import { integrationDegraded } from '@enghub/event-contracts/luaguage-bridge/integration-degraded.v1';
import { integrationRecovered } from '@enghub/event-contracts/luaguage-bridge/integration-recovered.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { ErpInterface } from '../erp/interface-guard.ts';
import { recheckDue } from '../part-approvals/commands.ts';
import { recheckBoms } from '../products/commands.ts';
import { nextState, type IntegrationState } from './rules.ts';
import { findStates, saveState } from './store.ts';

/** One look at every interface, for the context's tenant. */
export async function watch(context: Context): Promise<void> {
  const { luaguage, db, now } = context;
  const told = new Map((await findStates(db)).map((it) => [it.name, it]));
  for (const health of luaguage.health()) {
    const next = nextState(health, told.get(health.name) ?? null, now());
    if (next && (await tell(next, context)) && next.state === 'OK') await makeGood(next, context);
  }
}

async function tell(next: IntegrationState<ErpInterface>, context: Context): Promise<boolean> {
  const { name, state, since, lastError: last_error } = next;
  const about = { interface: name, since: since.toISOString(), last_error: last_error?.slice(0, 1_000) ?? null };
  return context.transaction(async (tx) => {
    if (!(await saveState(tx, context.claims.tenantId, next))) return false;
    const told =
      state === 'DEGRADED'
        ? fact(integrationDegraded, { ...about, state })
        : fact(integrationRecovered, { ...about, state });
    await publish(tx, context, { factoryId: null, aggregateId: name }, [told]);
    return true;
  });
}

/** What was answered out of memory meanwhile is asked for again. */
async function makeGood({ name }: IntegrationState<ErpInterface>, context: Context): Promise<void> {
  if (name === 'PPAP') await recheckDue(context, true);
  if (name === 'BOM') await recheckBoms(context);
}
