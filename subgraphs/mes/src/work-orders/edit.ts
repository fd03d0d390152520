/** Changing what is wanted, while it may be changed. */
import type { Decision } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { auditOrder, change, stale, type CommandInput, type Outcome } from './change.ts';
import { plan } from './create-rules.ts';
import { adjust, edit, type Edit } from './edit-rules.ts';
import type { Allowance } from './limit-rules.ts';
import * as operations from './operation-store.ts';
import { refusing, type OrderRefusal } from './refusals.ts';
import * as store from './store.ts';
import type { OrderWithPolicies } from './store.ts';

/** Makes a draft an order that is reckoned with. */
export const planWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, { command: 'planWorkOrder', decide: plan });

export async function editWorkOrder(input: CommandInput & { changes: Edit }, context: Context): Promise<Outcome> {
  const { changes } = input;
  const taken = async (): Promise<Outcome | null> => {
    const order = changes.externalId && isId(input.id) ? await store.findOrder(context.db, input.id) : null;
    const existing = order && (await store.findByExternalId(context.db, order.factoryId, changes.externalId!));
    return existing && existing.id !== input.id ? refusing({ code: 'EXTERNAL_ID_TAKEN', existing }) : null;
  };
  let before: OrderWithPolicies;
  try {
    return await change(input, context, {
      command: 'editWorkOrder',
      decide: async (order, by, at, tx) => {
        before = order;
        return edit(order, changes, await operations.findOperationsOf(tx, [order.id]), by, at);
      },
      alsoSave: async (tx, order) => {
        if (order.quantity === before.quantity) return;
        const own = await operations.findOperationsOf(tx, [order.id]);
        const quantity = { before: before.quantity, after: order.quantity };
        await operations.saveAdjusted(tx, adjust(own, quantity, await allowanceOf(tx, order)));
      },
    });
  } catch (error) {
    const refused = store.isTaken(error) ? await taken() : null;
    if (refused) return refused;
    throw error;
  }
}

/** What the order may make beyond its quantity: decided at release, and until then by the plant as it is. */
export async function allowanceOf(tx: Db, { policies, factoryId }: OrderWithPolicies): Promise<Allowance> {
  return (policies ?? (await findPolicies(tx, factoryId))!).overproduction;
}

/** Only a draft goes without a trace but its entry in the audit trail; an order that was planned is cancelled. */
export function deleteWorkOrder(
  { id, version }: CommandInput,
  context: Context,
): Promise<Decision<string, never, OrderRefusal>> {
  if (!isId(id)) return Promise.resolve(refusing('NOT_FOUND'));
  return context.transaction(async (tx) => {
    const order = await store.loadForChange(tx, id);
    if (!order) return refusing('NOT_FOUND');
    if (order.version !== version) return stale(context, order);
    if (order.status !== 'DRAFT') return refusing('ILLEGAL_TRANSITION');
    await store.deleteOrder(tx, id);
    await auditOrder(tx, context, { command: 'deleteWorkOrder', before: order, after: null });
    return { ok: true, state: id, events: [] };
  });
}
