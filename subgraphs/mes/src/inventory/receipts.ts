import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findOrCreateLot, quarantineLot, type Lot } from '../lots/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import { daysAfter, plantDay } from './movement-rules.ts';
import { move, moving, type MovementOutcome } from './movements.ts';
import type { MaterialSettings, StockLocation } from './place-rules.ts';
import * as places from './place-store.ts';
import type { InventoryRefusal } from './refusals.ts';

export type ReceiptInput = Readonly<{
  requestId: string;
  locationId: string;
  materialId: string;
  quantity: string;
  lotNumber?: string | null | undefined;
  expiresOn?: string | null | undefined;
  supplierId?: string | null | undefined;
  supplierLot?: string | null | undefined;
  quarantine: boolean;
  reference?: string | null | undefined;
}>;

/** Takes a delivery into stock, and makes its lot known when it is not. */
export const receiveStock = (input: ReceiptInput, context: Context): Promise<MovementOutcome> =>
  moving('receiveStock', input, context, async (tx) => {
    const { requestId, locationId, materialId, quantity, reference, lotNumber } = input;
    if (!isLabel(materialId)) return refuse({ code: 'BAD_NAME' });
    const [place] = isId(locationId) ? await places.findLocations(tx, [locationId]) : [];
    if (!place) return refuse({ code: 'LOCATION_NOT_FOUND' });
    const [settings] = await places.findSettings(tx, [{ factoryId: place.factoryId, materialId }]);
    if (lotNumber == null && settings && settings.tracking !== 'NONE') return refuse({ code: 'LOT_REQUIRED' });
    const lot = lotNumber == null ? null : await receivedLot(tx, context, { ...input, lotNumber }, place, settings);
    if (lot && !lot.ok) return lot;
    const lotId = lot?.state.id;
    const movement = { kind: 'RECEIVE' as const, requestId, materialId, lotId, quantity, reference, to: locationId };
    return move(tx, context, 'receiveStock', movement);
  });

async function receivedLot(
  tx: Db,
  context: Context,
  input: ReceiptInput & { lotNumber: string },
  place: StockLocation,
  settings: MaterialSettings | undefined,
): Promise<Decision<Lot, never, InventoryRefusal>> {
  const { materialId, lotNumber: number, supplierId, supplierLot } = input;
  const { factoryId } = place;
  const expiresOn = input.expiresOn ?? (await lastDay(tx, context, factoryId, settings));
  const waits = input.quarantine || place.purpose === 'QUARANTINE';
  const found = await findOrCreateLot(tx, context, {
    factoryId,
    materialId,
    number,
    kind: settings?.tracking === 'SERIAL' ? 'SERIAL' : 'LOT',
    unit: settings?.unit,
    status: waits ? 'QUARANTINE' : 'AVAILABLE',
    expiresOn,
    supplierId,
    supplierLot,
    gtin: settings?.gtin,
    command: 'receiveStock',
  });
  if (!found.ok) {
    if (found.refusal === 'BAD_GTIN') return refuse({ code: 'BAD_GTIN' });
    return refuse({ code: found.refusal === 'UNIT_DIFFERS' ? 'LOT_DIFFERS' : 'BAD_NAME' });
  }
  const { lot, created } = found.state;
  if (!created && waits) {
    await quarantineLot(tx, context, lot.id, { command: 'receiveStock', reason: 'Received into quarantine' });
  }
  if (!created && input.expiresOn != null && lot.expiresOn !== input.expiresOn) return refuse({ code: 'LOT_DIFFERS' });
  return { ok: true, state: lot, events: [] };
}

async function lastDay(
  tx: Db,
  context: Context,
  factoryId: string,
  settings: MaterialSettings | undefined,
): Promise<string | null> {
  if (!settings?.shelfLifeDays) return null;
  const { timeZone } = (await findFactory(tx, factoryId))!;
  return daysAfter(plantDay(timeZone, context.now()), settings.shelfLifeDays);
}
