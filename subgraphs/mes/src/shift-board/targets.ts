import { fact } from '@enghub/event-contracts/fact';
import { shiftTargetSet } from '@enghub/event-contracts/mes/shift-target-set.v1';
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Refused } from '@enghub/subgraph-kit/decision';
import { publish } from '@enghub/subgraph-kit/publish';
import { Decimal } from 'decimal.js';
import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import type { Board } from './commands.ts';
import { readBoard, readLineBoard } from './commands.ts';
import * as store from './store.ts';

export type ShiftTargetInput = Readonly<{
  stationId?: string | null | undefined;
  lineId?: string | null | undefined;
  shiftDate: string;
  shift: string;
  quantity?: string | null | undefined;
}>;

export type ShiftTargetRefusal = 'PLACE_NOT_FOUND' | 'STATION_RETIRED' | 'NO_SUCH_SHIFT' | 'BAD_QUANTITY';

/** Decides what a station or line is to make in a shift; without a quantity, the standard times decide again. */
export async function setShiftTarget(
  { stationId, lineId, shiftDate, shift, quantity = null }: ShiftTargetInput,
  context: Context,
): Promise<{ ok: true; board: Board } | Refused<ShiftTargetRefusal>> {
  const { claims, loaders, now, transaction } = context;
  if ((stationId == null) === (lineId == null)) return refuse('PLACE_NOT_FOUND');
  const place = stationId != null ? await loaders.station.load(stationId) : await loaders.line.load(lineId!);
  if (!place) return refuse('PLACE_NOT_FOUND');
  if (quantity !== null && 'retiredAt' in place && place.retiredAt) return refuse('STATION_RETIRED');
  if (quantity !== null && new Decimal(quantity).lte(0)) return refuse('BAD_QUANTITY');
  const calendar = isLabel(shift) ? await loaders.calendar.load(place.factoryId) : null;
  if (!calendar?.occurrencesOn(shiftDate).some(({ name }) => name === shift)) return refuse('NO_SUCH_SHIFT');

  const of = { shiftDate, shift };
  const entity = stationId != null ? 'Station' : 'ProductionLine';
  const { factoryId, id: placeId } = place;
  await transaction(async (tx) => {
    const [before] = await store.findTargets(tx, [placeId], of);
    if ((before?.quantity ?? null) === quantity) return;
    if (quantity === null) await store.removeTarget(tx, placeId, of);
    else {
      const target = { ...of, placeId, factoryId, quantity, setBy: claims.userId, setAt: now() };
      await store.saveTarget(tx, claims.tenantId, target);
    }
    await audit(tx, context, {
      command: 'setShiftTarget',
      factoryId,
      entity,
      entityId: placeId,
      before: before ? { ...of, quantity: before.quantity } : null,
      after: quantity === null ? null : { ...of, quantity },
    });
    const data = {
      station_id: stationId ?? null,
      line_id: lineId ?? null,
      shift_date: shiftDate,
      shift,
      quantity,
      set_by: claims.userId,
      at: now().toISOString(),
    };
    await publish(tx, context, { factoryId, aggregateId: placeId }, [fact(shiftTargetSet, data)]);
  });
  const board =
    stationId != null
      ? await readBoard({ ...of, stationId }, context)
      : await readLineBoard({ ...of, lineId: lineId! }, context);
  return { ok: true, board: board! };
}
