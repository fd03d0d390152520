/** The commands that move stock: each says what moves, movements.ts sees to it. */
import { accept, refuse } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import { Decimal } from 'decimal.js';
import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import { loadForChange } from '../work-orders/commands.ts';
import { refuseText, type MovementKind } from './movement-rules.ts';
import * as store from './movement-store.ts';
import { move, moving, type MovementOutcome } from './movements.ts';
import * as places from './place-store.ts';

type Optional<Value> = Value | null | undefined;

/** What most of them say. */
export type StockInput = Readonly<{
  requestId: string;
  materialId: string;
  lotId?: Optional<string>;
  quantity: string;
  reason?: Optional<string>;
  reference?: Optional<string>;
}>;
type At = Readonly<{ locationId: string }>;
type FromTo = Readonly<{ fromLocationId: string; toLocationId: string }>;
type ForOrder = Readonly<{ workOrderId: string }>;

const plain = (
  command: string,
  kind: MovementKind,
  input: StockInput & Readonly<{ workOrderId?: string; operationId?: Optional<string> }>,
  between: Readonly<{ from?: Optional<string>; to?: Optional<string> }>,
  context: Context,
): Promise<MovementOutcome> => {
  const { requestId, materialId, lotId, quantity, reason, reference, workOrderId, operationId } = input;
  const movement = { kind, requestId, materialId, lotId, quantity, reason, reference, workOrderId, operationId };
  return moving(command, input, context, (tx) => move(tx, context, command, { ...movement, ...between }));
};

export const transferStock = (input: StockInput & FromTo, context: Context): Promise<MovementOutcome> =>
  plain('transferStock', 'TRANSFER', input, { from: input.fromLocationId, to: input.toLocationId }, context);

export const scrapStock = (input: StockInput & At, context: Context): Promise<MovementOutcome> =>
  plain('scrapStock', 'SCRAP', input, { from: input.locationId }, context);

export const shipStock = (input: StockInput & At, context: Context): Promise<MovementOutcome> =>
  plain('shipStock', 'SHIP', input, { from: input.locationId }, context);

export const consumeMaterial = (
  input: StockInput & At & ForOrder & Readonly<{ operationId?: Optional<string> }>,
  context: Context,
): Promise<MovementOutcome> => plain('consumeMaterial', 'CONSUME', input, { from: input.locationId }, context);

export const returnMaterial = (
  input: StockInput & ForOrder & Readonly<{ fromLocationId?: Optional<string>; toLocationId: string }>,
  context: Context,
): Promise<MovementOutcome> =>
  plain('returnMaterial', 'RETURN', input, { from: input.fromLocationId, to: input.toLocationId }, context);

export const issueMaterial = (
  input: StockInput & ForOrder & Readonly<{ fromLocationId: string; toLocationId?: Optional<string> }>,
  context: Context,
): Promise<MovementOutcome> =>
  moving('issueMaterial', input, context, async (tx) => {
    const { requestId, materialId, lotId, quantity, workOrderId, fromLocationId: from } = input;
    const order = isId(workOrderId) ? await loadForChange(tx, workOrderId) : null;
    if (!order) return refuse({ code: 'ORDER_NOT_FOUND' });
    if (!isLabel(materialId)) return refuse({ code: 'BAD_NAME' });
    const to = input.toLocationId ?? (await places.findLineSide(tx, order.factoryId, order.id, materialId));
    if (to === null) return refuse({ code: 'NO_PRODUCTION_LOCATION' });
    const movement = { kind: 'ISSUE' as const, requestId, materialId, lotId, quantity, workOrderId, from, to };
    return move(tx, context, 'issueMaterial', movement);
  });

export const reclassifyStock = (
  input: StockInput &
    At &
    Readonly<{ toMaterialId?: Optional<string>; toLotId?: Optional<string>; toQuantity?: Optional<string> }>,
  context: Context,
): Promise<MovementOutcome> =>
  moving('reclassifyStock', input, context, async (tx) => {
    const { requestId, materialId, lotId, quantity, reason, locationId, toMaterialId, toLotId, toQuantity } = input;
    const becomes = {
      materialId: toMaterialId ?? materialId,
      lotId: toLotId,
      quantity: toQuantity ?? quantity,
    };
    const between = { from: locationId, to: locationId };
    const movement = {
      kind: 'RECLASSIFY' as const,
      requestId,
      materialId,
      lotId,
      quantity,
      reason,
      becomes,
      ...between,
    };
    const moved = await move(tx, context, 'reclassifyStock', movement);
    if (moved.ok && lotId != null && toLotId != null) {
      const { tenantId } = context.claims;
      const { factoryId } = moved.state;
      await store.linkLots(tx, { tenantId, factoryId, from: lotId, to: toLotId, at: context.now() });
    }
    return moved;
  });

/** The balance is locked before it is compared with the count, so that two counts of one place agree. */
export const adjustStock = (
  input: Omit<StockInput, 'quantity'> & At & Readonly<{ countedQuantity: string; reason: string }>,
  context: Context,
): Promise<MovementOutcome> =>
  moving('adjustStock', input, context, async (tx) => {
    const { requestId, locationId, materialId, lotId = null, countedQuantity, reason, reference } = input;
    const counted = new Decimal(countedQuantity);
    if (counted.lt(0)) return refuse({ code: 'BAD_QUANTITY' });
    const wrong = refuseText({ kind: 'ADJUST', materialId, quantity: '1', reason, reference });
    if (wrong) return refuse({ code: wrong });
    const [place] = isId(locationId) ? await places.findLocations(tx, [locationId]) : [];
    if (!place) return refuse({ code: 'LOCATION_NOT_FOUND' });
    if (lotId !== null && !isId(lotId)) return refuse({ code: 'LOT_NOT_FOUND' });
    const [settings] = await places.findSettings(tx, [{ factoryId: place.factoryId, materialId }]);
    if (settings?.tracking === 'SERIAL' && lotId !== null && counted.gt(1)) {
      return refuse({ code: 'BAD_QUANTITY', limit: '1', actual: countedQuantity });
    }
    // Lots before balances, as everybody locks them.
    if (lotId !== null) await store.lockLots(tx, [lotId]);
    const onHand = await store.lockedOnHand(tx, { locationId, materialId, lotId });
    const difference = counted.minus(onHand);
    const { factoryId } = place;
    if (difference.isZero()) return accept({ factoryId, movementIds: [], materialIds: [], warnings: [] });
    const between = difference.gt(0) ? { to: locationId } : { from: locationId };
    const quantity = difference.abs().toFixed();
    const movement = { kind: 'ADJUST' as const, requestId, materialId, lotId, quantity, reason, reference, ...between };
    return move(tx, context, 'adjustStock', movement, { before: onHand, after: counted.toFixed() });
  });
