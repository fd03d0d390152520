/** Whether the material is there. Pure. */
import { Decimal } from 'decimal.js';

/** What one piece takes at one operation. */
export type MaterialNeed = Readonly<{ operationId: string; materialId: string; perPiece: string; unit: string }>;

export type Shortage = Readonly<{ material: string; unit: string; needed: string; available: string }>;

type User = Readonly<{ id: string; status: string; made: string }>;

/** Of each material that these operations use, what they still need for the ordered quantity, if less than that is there. */
export function shortages(
  quantity: string,
  users: readonly User[],
  needs: readonly MaterialNeed[],
  stock: ReadonlyMap<string, string>,
): Shortage[] {
  const remaining = new Map(users.map((user) => [user.id, remainingAt(user, quantity)]));
  const needed = new Map<string, { unit: string; quantity: Decimal }>();
  for (const { operationId, materialId, perPiece, unit } of needs) {
    const pieces = remaining.get(operationId);
    if (!pieces?.gt(0)) continue;
    const before = needed.get(materialId)?.quantity ?? new Decimal(0);
    needed.set(materialId, { unit, quantity: before.plus(pieces.times(perPiece)) });
  }
  return [...needed].flatMap(([material, { unit, quantity: wanted }]) => {
    const available = new Decimal(stock.get(material) ?? 0);
    return wanted.gt(available) ? [{ material, unit, needed: wanted.toFixed(), available: available.toFixed() }] : [];
  });
}

const remainingAt = ({ status, made }: User, quantity: string): Decimal =>
  status === 'FINISHED' || status === 'SKIPPED' ? new Decimal(0) : Decimal.max(0, new Decimal(quantity).minus(made));
