/** Asks for part approvals. */
import { fault } from '@enghub/subgraph-kit/fault';
import type { Context } from '../context.ts';
import { isErpUnavailable } from '../erp/outage.ts';
import { judge, type PartApproval } from './rules.ts';

/** As many as an order may have materials. */
const MOST = 10_000;

/** One for each material, in their order. */
export async function judgeAll(materialIds: readonly string[], context: Context): Promise<PartApproval[]> {
  if (materialIds.length > MOST) throw fault('BAD_USER_INPUT', `At most ${MOST} materials at a time.`);
  const distinct = [...new Set(materialIds)];
  const answers = await Promise.all(
    distinct.map(async (materialId) => {
      try {
        return judge(materialId, await context.erp.ppap(context, materialId));
      } catch (error) {
        if (isErpUnavailable(error)) return judge(materialId, null);
        throw error;
      }
    }),
  );
  const byId = new Map(answers.map((answer) => [answer.materialId, answer]));
  return materialIds.map((id) => byId.get(id)!);
}

/** Asks afresh; the plant is told when the answer is another one. False when the ERP could not be asked. */
export async function recheck(materialId: string, context: Context): Promise<boolean> {
  const { source } = await context.erp.ppap(context, materialId, { isAfresh: true });
  return source === 'ERP';
}
