/** What an order takes with it when it is handed to the floor. Pure. */
import { Decimal } from 'decimal.js';
import type { Operation } from './rules.ts';

export type BomLine = Readonly<{ materialId: string; quantity: string; unit: string }>;

/** A material of the bill, and the operation that uses it. */
export type OrderMaterial = Readonly<{
  workOrderId: string;
  operationId: string;
  materialId: string;
  quantityPerPiece: string;
  unit: string;
}>;

/**
 * A material goes to the first operation that names it, and to the first operation when none does. Lines of one
 * material add up; quantities per piece are kept to 4 places.
 */
export function allocateMaterials(
  operations: readonly Pick<Operation, 'id' | 'workOrderId' | 'sequence' | 'materialIds'>[],
  lines: readonly BomLine[],
): OrderMaterial[] {
  const sorted = [...operations].sort((a, b) => a.sequence - b.sequence);
  const allocated = new Map<string, OrderMaterial>();
  for (const { materialId, quantity, unit } of lines) {
    const { id, workOrderId } = sorted.find(({ materialIds }) => materialIds.includes(materialId)) ?? sorted[0]!;
    const before = allocated.get(materialId)?.quantityPerPiece ?? '0';
    const quantityPerPiece = new Decimal(before).plus(quantity).toDecimalPlaces(4).toFixed();
    allocated.set(materialId, { workOrderId, operationId: id, materialId, quantityPerPiece, unit });
  }
  return [...allocated.values()];
}
