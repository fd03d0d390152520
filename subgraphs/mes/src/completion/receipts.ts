import { fact } from '@enghub/event-contracts/fact';
import { finishedGoodsReceiptSuggested } from '@enghub/event-contracts/mes/finished-goods-receipt-suggested.v1';
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { forgetStock, postMovements } from '../inventory/commands.ts';
import { once } from '../once.ts';
import { loadForChange, type WorkOrder } from '../work-orders/commands.ts';
import * as store from './receipt-store.ts';
import * as rules from './receipt-rules.ts';
import type { Receipt, ReceiptRefusal } from './receipt-rules.ts';

/** Suggests to take into stock what is good and nobody has decided on. The caller holds the order's row. */
export async function suggestReceipt(tx: Db, order: WorkOrder, context: Context): Promise<void> {
  const receipts = await store.receiptsOf(tx, [order.id]);
  const suggested = receipts.find(({ state }) => state === 'SUGGESTED') ?? null;
  const quantity = rules.openQuantity(order.goodQuantity, receipts);
  switch (rules.suggest(quantity, suggested)) {
    case 'NOTHING':
      return;
    case 'WITHDRAW':
      await store.saveReceipt(tx, { ...suggested!, state: 'WITHDRAWN' });
      return;
    case 'CHANGE':
      return tell(
        tx,
        order,
        await store.saveReceipt(tx, { ...suggested!, quantity, lotId: order.outputLotId }),
        context,
      );
    case 'SUGGEST': {
      const receipt: Receipt = {
        id: newId(),
        factoryId: order.factoryId,
        workOrderId: order.id,
        productId: order.productId,
        state: 'SUGGESTED',
        version: 1,
        lotId: order.outputLotId,
        quantity,
        unit: order.unit,
        locationId: await store.suggestLocation(tx, order.factoryId, order.productId),
        movementId: null,
        reason: null,
        createdAt: context.now(),
        decidedBy: null,
        decidedAt: null,
      };
      await store.insertReceipt(tx, context.claims.tenantId, receipt);
      return tell(tx, order, receipt, context);
    }
  }
}

function tell(tx: Db, order: WorkOrder, receipt: Receipt, context: Context): Promise<void> {
  const data = {
    receipt_id: receipt.id,
    work_order_id: order.id,
    work_order_number: order.number,
    product_id: order.productId,
    lot_id: receipt.lotId,
    quantity: receipt.quantity,
    unit: receipt.unit,
    location_id: receipt.locationId,
    at: context.now().toISOString(),
  };
  const about = { factoryId: order.factoryId, aggregateId: order.id };
  return publish(tx, context, about, [fact(finishedGoodsReceiptSuggested, data)]);
}

type RequestRefusal = Readonly<{ code: 'BAD_REQUEST_ID' | 'REQUEST_ID_REUSED' }>;
type Outcome = Decision<Readonly<{ receipt: Receipt; replayed: boolean }>, never, ReceiptRefusal | RequestRefusal>;

export type AcceptInput = Readonly<{
  requestId: string;
  id: string;
  version: number;
  quantity?: string | null | undefined;
  locationId?: string | null | undefined;
}>;

/** Takes finished goods into stock, with the order's lot. What is left of the suggestion is suggested anew. */
export async function acceptReceipt(input: AcceptInput, context: Context): Promise<Outcome> {
  const { requestId, ...body } = input;
  const { claims, now } = context;
  let moved: Receipt | null = null;
  const outcome = await once<{ receiptId: string }, ReceiptRefusal>(
    { requestId, command: 'acceptFinishedGoodsReceipt', body },
    context,
    async (tx) => {
      const loaded = await load(tx, input.id);
      if (!loaded) return refuse({ code: 'NOT_FOUND' });
      const { order, receipt, open } = loaded;
      const locationId = input.locationId ?? receipt.locationId;
      if (locationId === null || !isId(locationId)) return refuse({ code: 'LOCATION_NOT_FOUND' });
      const wish = { version: input.version, quantity: input.quantity ?? receipt.quantity, locationId };
      const decision = rules.acceptReceipt(receipt, wish, open);
      if (!decision.ok) return decision;

      const { quantity } = decision.state;
      const posted = await postMovements(tx, context, order.factoryId, [
        {
          kind: 'PRODUCE',
          materialId: order.productId,
          lotId: order.outputLotId,
          quantity,
          to: locationId,
          workOrderId: order.id,
          reference: order.number,
          requestId,
        },
      ]);
      if (!posted.ok) return refuse({ code: 'LOCATION_NOT_FOUND' });
      const movementId = posted.movementIds[0]!;
      const decided = { movementId, lotId: order.outputLotId, decidedBy: claims.userId, decidedAt: now() };
      moved = await store.saveReceipt(tx, { ...decision.state, ...decided });
      await auditDecision(tx, context, 'acceptFinishedGoodsReceipt', receipt, moved);
      await suggestReceipt(tx, order, context);
      return { ok: true, state: { receiptId: receipt.id }, events: [] };
    },
  );
  if (moved) await forgetStock(context, (moved as Receipt).factoryId, [(moved as Receipt).productId]);
  if (!outcome.ok) return outcome;
  const receipt = await store.findReceipt(context.db, outcome.state.answer.receiptId);
  // The plant may have left the user's list since.
  return receipt ? accepted(receipt, outcome.state.replayed) : refuse({ code: 'NOT_FOUND' });
}

/** Says that the pieces will not be taken into stock; they are not suggested again. */
export async function declineReceipt(
  input: Readonly<{ id: string; version: number; reason: string }>,
  context: Context,
): Promise<Outcome> {
  return context.transaction(async (tx): Promise<Outcome> => {
    const loaded = await load(tx, input.id);
    if (!loaded) return refuse({ code: 'NOT_FOUND' });
    const decision = rules.declineReceipt(loaded.receipt, input);
    if (!decision.ok) return decision;
    const decided = { decidedBy: context.claims.userId, decidedAt: context.now() };
    const receipt = await store.saveReceipt(tx, { ...decision.state, ...decided });
    await auditDecision(tx, context, 'declineFinishedGoodsReceipt', loaded.receipt, receipt);
    return accepted(receipt, false);
  });
}

const accepted = (receipt: Receipt, replayed: boolean): Outcome => ({
  ok: true,
  state: { receipt, replayed },
  events: [],
});

/** The order first, as everybody locks; then the receipt as it is under that lock. */
async function load(tx: Db, id: string) {
  const seen = isId(id) ? await store.findReceipt(tx, id) : null;
  const order = seen && (await loadForChange(tx, seen.workOrderId));
  if (!order) return null;
  const receipts = await store.receiptsOf(tx, [order.id]);
  const receipt = receipts.find((it) => it.id === id)!;
  return { order, receipt, open: rules.openQuantity(order.goodQuantity, receipts) };
}

function auditDecision(tx: Db, context: Context, command: string, before: Receipt, after: Receipt): Promise<void> {
  const entry = ({ state, quantity, locationId, lotId, reason, version }: Receipt) => ({
    state,
    quantity,
    locationId,
    lotId,
    reason,
    version,
  });
  return audit(tx, context, {
    command,
    factoryId: after.factoryId,
    entity: 'FinishedGoodsReceipt',
    entityId: after.id,
    before: entry(before),
    after: entry(after),
    reason: after.reason,
  });
}
