import type { WorkOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { fact } from '@enghub/event-contracts/fact';
import { mrpCompleted } from '@enghub/event-contracts/pp/mrp-completed.v1';
import { newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { plan } from './rules.ts';
import * as store from './store.ts';

/** Works out, once, what a new order needs. */
export async function planOrder(order: WorkOrderCreated, factoryId: string, context: Context): Promise<void> {
  if (await store.isPlanned(context.db, order.work_order_id)) return;

  const bom = await billOfMaterials(context, order.product_id, order.bom_version);
  const at = context.now();
  const { state: run, events } = plan(order, bom, { id: newId(at.getTime()), factoryId, at });
  await context.transaction(async (tx) => {
    if (!(await store.add(tx, context.claims.tenantId, run))) return;
    const about = { factoryId, aggregateId: order.work_order_id };
    await publish(
      tx,
      context,
      about,
      events.map((event) => fact(mrpCompleted, event)),
    );
  });
}
