import { fact } from '@enghub/event-contracts/fact';
import { stockMoved } from '@enghub/event-contracts/mes/stock-moved.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import type { Movement } from './movement-rules.ts';
import * as store from './movement-store.ts';
import { letGoOf } from './reservations.ts';

export type { Movement, MovementKind } from './movement-rules.ts';

export type PostRefusal = Readonly<
  | { code: 'LOCATION_NOT_FOUND' }
  | {
      code: 'INSUFFICIENT_STOCK';
      materialId: string;
      locationId: string;
      lotId: string | null;
      /** What could be taken, and what was asked for. */
      limit: string;
      actual: string;
    }
>;

export type Posted = Readonly<{
  ok: true;
  movementIds: readonly string[];
  /** True where a place held less than was taken from it and the plant lets that pass. */
  short: boolean;
}>;

/**
 * Moves stock and tells of it: all movements or none. The caller has locked the order and the lots that take part, and
 * forgets the stock of the materials after the commit.
 */
export async function postMovements(
  tx: Db,
  context: Context,
  factoryId: string,
  movements: readonly Movement[],
): Promise<Posted | Readonly<{ ok: false; refusal: PostRefusal }>> {
  const places = movements.flatMap(({ from, to }) => [from, to]).filter((id) => id != null);
  const known = await store.findLocationIds(tx, factoryId, places);
  if (places.some((id) => !known.has(id))) return { ok: false, refusal: { code: 'LOCATION_NOT_FOUND' } };

  const mode = (await findPolicies(tx, factoryId))!.negativeStock;
  const about = { mode, by: context.claims.userId, at: context.now() };
  const { answers, rows } = await store.postMovements(tx, movements, about);
  const refused = answers.find(({ outcome }) => outcome === 'REFUSED');
  if (refused) {
    const { materialId, locationId, lotId, limit, actual } = refused;
    const refusal = { materialId: materialId!, locationId: locationId!, lotId, limit: limit!, actual: actual! };
    return { ok: false, refusal: { code: 'INSUFFICIENT_STOCK', ...refusal } };
  }
  const [first] = movements;
  if (first) {
    const workOrderId = first.workOrderId ?? null;
    const data = {
      work_order_id: workOrderId,
      reason: first.reason ?? null,
      reference: first.reference ?? null,
      rows: rows.map((row) => ({
        movement_id: row.movementId,
        kind: row.kind,
        material_id: row.materialId,
        lot_id: row.lotId,
        location_id: row.locationId,
        direction: row.quantity.startsWith('-') ? 'OUT' : 'IN',
        quantity: row.quantity.replace('-', ''),
      })),
      at: about.at.toISOString(),
      by: about.by,
    };
    await publish(tx, context, { factoryId, aggregateId: workOrderId ?? first.materialId }, [fact(stockMoved, data)]);
  }
  return {
    ok: true,
    movementIds: [...new Set(rows.map(({ movementId }) => movementId))],
    short: answers.some(({ outcome }) => outcome === 'SHORT'),
  };
}

/**
 * What of these materials can be used: not in quarantine, not expired where that matters, not kept for an order other
 * than `workOrderId`. Materials that the plant never had are not in the answer.
 */
export const availableStock = (
  db: Db,
  factoryId: string,
  materialIds: readonly string[],
  about: Readonly<{ at?: Date; workOrderId?: string }> = {},
): Promise<Map<string, string>> =>
  store.availableStock(db, factoryId, materialIds, about.at ?? null, about.workOrderId ?? null);

/** After the commit and before the answer: nobody sees older stock from here on. */
export { forgetStock } from './reads.ts';

/**
 * Gives free what is kept for an order that needs nothing more; the caller has locked its row, and forgets the stock of
 * the materials, which it answers.
 */
export async function releaseReservations(tx: Db, workOrderId: string): Promise<readonly string[]> {
  return [...new Set((await letGoOf(tx, workOrderId)).map(({ materialId }) => materialId))];
}

/** Whether the plant has a line side; only then reports take materials. */
export const tracksStock = (db: Db, factoryId: string): Promise<boolean> => store.hasProductionLocation(db, factoryId);
