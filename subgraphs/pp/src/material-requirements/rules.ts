/** What an order needs, one level down its bill of materials. Pure: the caller brings the clock, the ids and the data. */
import type { WorkOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import type { MrpCompleted } from '@enghub/event-contracts/pp/mrp-completed.v1';
import { accept, type Accepted } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';

export type MrpRun = Readonly<{
  id: string;
  factoryId: string;
  workOrderId: string;
  productId: string;
  /** Null when the ERP did not know the product. */
  bomVersion: string | null;
  requirements: readonly MaterialRequirement[];
  createdAt: Date;
}>;

export type MaterialRequirement = Readonly<{
  materialId: string;
  grossQuantity: string;
  availableQuantity: string;
  netQuantity: string;
  unit: string;
}>;

export type Bom = Readonly<{ version: string; lines: readonly BomLine[] }>;

/** Quantity for one piece of the product. */
export type BomLine = Readonly<{ materialId: string; quantity: string; unit: string }>;

/** Works out what an order needs. Without a BOM nothing is required. */
export function plan(
  order: WorkOrderCreated,
  bom: Bom | null,
  made: Readonly<{ id: string; factoryId: string; at: Date }>,
): Accepted<MrpRun, MrpCompleted> {
  const requirements = bom ? explode(bom.lines, order.quantity) : [];
  const run: MrpRun = {
    id: made.id,
    factoryId: made.factoryId,
    workOrderId: order.work_order_id,
    productId: order.product_id,
    bomVersion: bom?.version ?? null,
    requirements,
    createdAt: made.at,
  };
  const suggestions = requirements
    .filter(({ netQuantity }) => netQuantity !== '0')
    .map(({ materialId, netQuantity, unit }) => ({ material_id: materialId, required_qty: netQuantity, unit }));
  return accept(run, { mrp_run_id: made.id, work_order_id: order.work_order_id, suggestions });
}

/** One requirement for each material and unit, in the order of the BOM, however many lines name it. */
export function explode(
  lines: readonly BomLine[],
  ordered: string,
  availableOf: (materialId: string) => string = () => '0',
): MaterialRequirement[] {
  const perPiece = new Map<string, { line: BomLine; quantity: Decimal }>();
  for (const line of lines) {
    const key = JSON.stringify([line.materialId, line.unit]);
    const quantity = (perPiece.get(key)?.quantity ?? new Decimal(0)).plus(line.quantity);
    perPiece.set(key, { line, quantity });
  }
  return (
    [...perPiece.values()]
      // A negative line is a by-product: it yields something and needs nothing.
      .filter(({ quantity }) => quantity.gt(0))
      .map(({ line: { materialId, unit }, quantity }) => {
        const gross = roundUp(quantity.times(ordered));
        const available = new Decimal(availableOf(materialId));
        return {
          materialId,
          grossQuantity: gross.toFixed(),
          availableQuantity: available.toFixed(),
          netQuantity: Decimal.max(gross.minus(available), 0).toFixed(),
          unit,
        };
      })
  );
}

// Four decimals are kept; rounding up never leaves an order short.
const roundUp = (quantity: Decimal) => quantity.toDecimalPlaces(4, Decimal.ROUND_UP);
