/** What of an order's good pieces still waits to be taken into stock. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isNote } from '../text-rules.ts';

export type ReceiptState = 'SUGGESTED' | 'ACCEPTED' | 'DECLINED' | 'WITHDRAWN';

export type Receipt = Readonly<{
  id: string;
  factoryId: string;
  workOrderId: string;
  productId: string;
  state: ReceiptState;
  version: number;
  lotId: string | null;
  quantity: string;
  unit: string;
  locationId: string | null;
  movementId: string | null;
  reason: string | null;
  createdAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
}>;

/** Good pieces that nobody has decided on: what was declined is not suggested again. */
export const openQuantity = (goodQuantity: string, receipts: readonly Pick<Receipt, 'state' | 'quantity'>[]): string =>
  receipts
    .filter(({ state }) => state === 'ACCEPTED' || state === 'DECLINED')
    .reduce((open, { quantity }) => open.minus(quantity), new Decimal(goodQuantity))
    .toFixed();

export type Suggestion = 'NOTHING' | 'SUGGEST' | 'CHANGE' | 'WITHDRAW';

/** What is to be done about an order's suggestion. */
export function suggest(open: string, suggested: Pick<Receipt, 'quantity'> | null): Suggestion {
  if (new Decimal(open).lte(0)) return suggested ? 'WITHDRAW' : 'NOTHING';
  if (!suggested) return 'SUGGEST';
  return new Decimal(open).eq(suggested.quantity) ? 'NOTHING' : 'CHANGE';
}

export type ReceiptRefusal = Readonly<
  | { code: 'NOT_FOUND' | 'STALE_VERSION' | 'ALREADY_DECIDED' | 'BAD_QUANTITY' | 'BAD_REASON' | 'LOCATION_NOT_FOUND' }
  | { code: 'MORE_THAN_MADE'; limit: string; actual: string }
>;

type Decided = Decision<Receipt, never, ReceiptRefusal>;

export function acceptReceipt(
  receipt: Receipt,
  wish: Readonly<{ version: number; quantity: string; locationId: string }>,
  open: string,
): Decided {
  const refused = refuseDecision(receipt, wish.version);
  if (refused) return refuse(refused);
  const quantity = new Decimal(wish.quantity);
  if (quantity.lte(0)) return refuse({ code: 'BAD_QUANTITY' });
  if (quantity.gt(open)) return refuse({ code: 'MORE_THAN_MADE', limit: open, actual: quantity.toFixed() });
  return accept({ ...receipt, state: 'ACCEPTED', quantity: quantity.toFixed(), locationId: wish.locationId });
}

export function declineReceipt(receipt: Receipt, wish: Readonly<{ version: number; reason: string }>): Decided {
  const refused = refuseDecision(receipt, wish.version);
  if (refused) return refuse(refused);
  if (wish.reason.trim() === '' || !isNote(wish.reason)) return refuse({ code: 'BAD_REASON' });
  return accept({ ...receipt, state: 'DECLINED', reason: wish.reason });
}

function refuseDecision(receipt: Receipt, version: number): ReceiptRefusal | null {
  if (receipt.state !== 'SUGGESTED') return { code: 'ALREADY_DECIDED' };
  return receipt.version === version ? null : { code: 'STALE_VERSION' };
}
