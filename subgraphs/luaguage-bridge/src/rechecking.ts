/** Asks the ERP for what is due: what grows old, what it said has changed, and what was known before an outage. */
import type { Context } from './context.ts';
import { readBomAnswerKey } from './erp/answer-keys.ts';
import { takeChecks } from './erp/news-store.ts';
import { isDown } from './integration-status/reads.ts';
import { recheck } from './part-approvals/commands.ts';
import { recheckBom } from './products/commands.ts';

const AT_A_TIME = 50;
/** Longer than asking for so many takes, mostly; asked twice is no harm. */
const LEASE_MS = 60_000;

const checks = {
  PPAP: (key: string, context: Context) => recheck(key, context),
  BOM: (key: string, context: Context) => recheckBom(...readBomAnswerKey(key), context),
};

/** Until nothing is due or nobody answers; how many that were. */
export async function recheckDue(context: Context, isStopping: () => boolean = () => false): Promise<number> {
  let count = 0;
  for (const kind of ['PPAP', 'BOM'] as const) {
    if (await isDown(kind, context)) continue;
    for (let more = true; more;) {
      const { db, claims, now } = context;
      const until = new Date(now().getTime() + LEASE_MS);
      const keys = await takeChecks(db, { tenantId: claims.tenantId, kind }, now(), until, AT_A_TIME);
      more = keys.length === AT_A_TIME;
      for (const key of keys) {
        if (isStopping() || !(await checks[kind](key, context))) return count;
        count += 1;
      }
    }
  }
  return count;
}
