/** Brings one order of the log to where its rows can be reported, and to its end. */
import type { GraphClient } from './graph-client.ts';
import { operations, type Order, type Refusal, type Verdict } from './operations.ts';
import type { PlannedOrder } from './plan.ts';
import { people, plant } from './plant.ts';

export type OpenedOrder = Readonly<{ known: boolean; order: Order }>;

/** Created, released and started; an order that is already further stays there. */
export async function openOrder(
  client: GraphClient,
  planned: PlannedOrder,
  operator: string,
): Promise<Verdict<OpenedOrder>> {
  const created = await createOrder(client, planned);
  if (!created.ok) return created;
  const { known } = created.payload;
  let { order } = created.payload;
  for (const [from, command, user] of [
    [['DRAFT', 'PLANNED'], operations.releaseWorkOrder, people.planner],
    [['RELEASED'], operations.startWorkOrder, operator],
  ] as const) {
    const moved = await move(client, order, from, command, user);
    if (!moved.ok) return moved;
    order = moved.payload;
  }
  return { ok: true, payload: { known, order } };
}

/** Completed when everything ordered is there. The log's traces can be cut short, so some orders stay in progress. */
export async function finishOrder(client: GraphClient, number: string, operator: string): Promise<Verdict<Order>> {
  const order = await findOrder(client, number);
  if (!order) return { ok: false, refusal: { code: 'NOT_FOUND', message: `Order ${number} is gone.` } };
  if (Number(order.remainingQuantity) > 0) return { ok: true, payload: order };
  return move(client, order, ['IN_PROGRESS'], operations.completeWorkOrder, operator);
}

async function createOrder(client: GraphClient, planned: PlannedOrder): Promise<Verdict<OpenedOrder>> {
  const { number, requestId, routingCode, quantity, productId } = planned;
  const input = { requestId, factoryId: plant.factoryId, number, routingCode, quantity };
  const verdict = await client.call(operations.createWorkOrder, { input }, people.planner);
  if (verdict.ok && !verdict.payload.replayed) {
    return { ok: true, payload: { known: false, order: verdict.payload.workOrder } };
  }
  if (!verdict.ok && verdict.refusal.code !== 'NUMBER_TAKEN') return verdict;

  // The log may have grown since the order was made from it: the number is what names the order.
  const order = await findOrder(client, number);
  if (order && order.product.id === productId && Number(order.quantity) === Number(quantity)) {
    return { ok: true, payload: { known: true, order } };
  }
  const message = `The plant has another order ${number}, not ${quantity} of ${productId}.`;
  return verdict.ok ? refused('NOT_FOUND', `Order ${number} is gone.`) : refused('NUMBER_TAKEN', message);
}

const refused = (code: string, message: string): Readonly<{ ok: false; refusal: Refusal }> => ({
  ok: false,
  refusal: { code, message },
});

const findOrder = (client: GraphClient, number: string): Promise<Order | undefined> =>
  client.call(operations.workOrderByNumber, { factoryId: plant.factoryId, number }, people.planner);

type StepCommand = typeof operations.releaseWorkOrder;

async function move(
  client: GraphClient,
  order: Order,
  from: readonly string[],
  command: StepCommand,
  user: string,
): Promise<Verdict<Order>> {
  if (!from.includes(order.status)) return { ok: true, payload: order };
  const verdict = await client.call(command, { input: { id: order.id, version: order.version } }, user);
  if (verdict.ok) return { ok: true, payload: { ...order, ...verdict.payload.workOrder } };
  if (!['STALE_VERSION', 'ILLEGAL_TRANSITION'].includes(verdict.refusal.code)) return verdict;

  // An answer that got lost, or somebody else: look where the order is now, and try once more if it did not move.
  const now = await findOrder(client, order.number);
  if (!now || !from.includes(now.status)) return now ? { ok: true, payload: now } : verdict;
  const again = await client.call(command, { input: { id: now.id, version: now.version } }, user);
  return again.ok ? { ok: true, payload: { ...now, ...again.payload.workOrder } } : again;
}
