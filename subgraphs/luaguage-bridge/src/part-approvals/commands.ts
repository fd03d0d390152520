/** Asks for part approvals, and says when one is other than it was. */
import { fact } from '@enghub/event-contracts/fact';
import { ppapChanged } from '@enghub/event-contracts/luaguage-bridge/ppap-changed.v1';
import { fault } from '@enghub/subgraph-kit/fault';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { ErpPpap } from '../erp/answers.ts';
import { isErpUnavailable } from '../erp/outage.ts';
import { findOlder, lastAnswer } from '../erp/store.ts';
import { judge, type PartApproval } from './rules.ts';

/** As many as an order may have materials. */
const MOST = 10_000;
/** Asked again before two hours are over, each at a moment of its own. */
const OLD_AFTER_MS = 90 * 60_000;
const SPREAD_MS = 20 * 60_000;
const AT_A_TIME = 50;

/** One for each material, in their order. */
export async function judgeAll(materialIds: readonly string[], context: Context): Promise<PartApproval[]> {
  if (materialIds.length > MOST) throw fault('BAD_USER_INPUT', `At most ${MOST} materials at a time.`);
  const asker = { tenantId: context.claims.tenantId, db: context.db };
  const distinct = [...new Set(materialIds)];
  const answers = await Promise.all(
    distinct.map(async (materialId) => {
      try {
        return judge(materialId, await context.erp.ppap(asker, materialId));
      } catch (error) {
        if (isErpUnavailable(error)) return judge(materialId, null);
        throw error;
      }
    }),
  );
  const byId = new Map(answers.map((answer) => [answer.materialId, answer]));
  return materialIds.map((id) => byId.get(id)!);
}

/** Asks afresh, and tells the plant when the answer is another one. */
export async function recheck(materialId: string, context: Context): Promise<void> {
  const { erp, claims, db, now } = context;
  const { tenantId } = claims;
  const before = (await lastAnswer(db, { tenantId, kind: 'PPAP', key: materialId }))?.value as ErpPpap | undefined;
  await erp.forget({ what: 'PPAP', tenantId, materialId });
  const { value: ppap, source } = await erp.ppap({ tenantId, db }, materialId);
  if (source !== 'ERP') return;
  const status = ppap?.status ?? 'REJECTED';
  if (before?.status === status) return;
  const told = { material_id: materialId, status, approved_on: ppap?.approvedOn ?? null, owner: null };
  await context.transaction((tx) =>
    publish(tx, context, { factoryId: null, aggregateId: materialId }, [
      fact(ppapChanged, { ...told, at: now().toISOString() }),
    ]),
  );
}

/** Asks for what grows old before it does; how many that were. All of them, when the ERP was away. */
export async function recheckDue(context: Context, wasAway: boolean): Promise<number> {
  const { now, claims, db } = context;
  const limit = new Date(now().getTime() - (wasAway ? 0 : OLD_AFTER_MS + Math.random() * SPREAD_MS));
  const due = await findOlder(db, { tenantId: claims.tenantId, kind: 'PPAP', than: limit, atMost: AT_A_TIME });
  for (const materialId of due) await recheck(materialId, context);
  return due.length;
}
