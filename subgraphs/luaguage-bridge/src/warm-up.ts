/** Asks the ERP for what running orders live by and was never answered here, before it goes away. */
import { z } from 'zod';
import type { Context } from './context.ts';
import type { ErpBom } from './erp/answers.ts';
import { bomAnswerKey } from './erp/answer-keys.ts';
import { findUnknown, findValues } from './erp/news-store.ts';
import { isErpUnavailable } from './erp/outage.ts';

const PAGE = 200;
/** Beyond so many orders the plant's own questions come first. */
const MOST_PAGES = 50;

const ORDERS = `query OrdersToRemember($after: String) {
  workOrders(first: ${PAGE}, after: $after, filter: { status: [PLANNED, RELEASED, IN_PROGRESS, HELD] }) {
    edges { node { bomVersion product { id } } } pageInfo { hasNextPage endCursor }
  }
}`;
const answer = z.object({
  workOrders: z.object({
    edges: z.array(
      z.object({ node: z.object({ bomVersion: z.string().nullable(), product: z.object({ id: z.string() }) }) }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

/** Bills first, since they name the materials. False when somebody did not answer, so that it is to be tried again. */
export async function warmUp(context: Context, isStopping: () => boolean = () => false): Promise<boolean> {
  const { db, erp } = context;
  try {
    const bills = new Map((await billsOfOrders(context)).map((bill) => [bomAnswerKey(...bill), bill]));
    for (const key of await findUnknown(db, 'BOM', [...bills.keys()])) {
      if (isStopping()) return false;
      await erp.bom(context, ...bills.get(key)!);
    }
    const known = (await findValues(db, 'BOM', [...bills.keys()])) as readonly (ErpBom | null)[];
    const materials = new Set(known.flatMap((bom) => bom?.lines.map(({ materialId }) => materialId) ?? []));
    for (const materialId of await findUnknown(db, 'PPAP', [...materials])) {
      if (isStopping()) return false;
      await erp.ppap(context, materialId);
    }
    return true;
  } catch (error) {
    if (!isErpUnavailable(error)) throw error;
    return false;
  }
}

async function billsOfOrders({ graph }: Context): Promise<[productId: string, version: string][]> {
  const bills: [string, string][] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { workOrders } = answer.parse(await graph('mes', ORDERS, { after }));
    for (const { node } of workOrders.edges) {
      if (node.bomVersion !== null) bills.push([node.product.id, node.bomVersion]);
    }
    if (!workOrders.pageInfo.hasNextPage) break;
    after = workOrders.pageInfo.endCursor;
  }
  return bills;
}
