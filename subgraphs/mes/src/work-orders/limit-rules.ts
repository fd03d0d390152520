/** How many good pieces an order's operations may report. Pure. */
import { Decimal } from 'decimal.js';
import type { Operation } from './rules.ts';

/** What a plant allows beyond what is ordered: a percentage, or in its place a quantity. */
export type Allowance = Readonly<{ percent: string; quantity: string | null }>;

/** The most good pieces for an ordered quantity. Rounded down to 4 places. */
export const goodLimit = (quantity: string, { percent, quantity: extra }: Allowance): string =>
  (extra === null
    ? new Decimal(quantity).times(new Decimal(percent).div(100).plus(1)).toDecimalPlaces(4, Decimal.ROUND_DOWN)
    : new Decimal(quantity).plus(extra)
  ).toFixed();

type Made = Pick<Operation, 'goodQuantity' | 'returnedQuantity'>;

/** The limit of one operation, moved by a difference; never below what was reported, for that has happened. */
export const limitAfter = (operation: Made & Pick<Operation, 'goodLimit'>, difference: Decimal): string =>
  Decimal.max(new Decimal(operation.goodLimit).plus(difference), passed(operation), 0).toFixed();

/** Good pieces that went through an operation and did not come back to it. */
const passed = ({ goodQuantity, returnedQuantity }: Made): Decimal => new Decimal(goodQuantity).minus(returnedQuantity);

/**
 * The least that an order may be lowered to: the most that went through one of its operations, less what left with
 * back-orders, and with what it took over from one.
 */
export function leastQuantity(operations: readonly Operation[]): string {
  const carried = carriedBeyond(operations);
  return Decimal.max(0, ...operations.map((operation) => passed(operation).plus(carried(operation)))).toFixed();
}

/** Pieces that were carried at an operation or at one that follows it: of several ways on, the one with the fewest. */
export function carriedBeyond(operations: readonly Operation[]): (operation: Operation) => Decimal {
  const following = followersOf(operations);
  const known = new Map<string, Decimal>();
  return function beyond(operation): Decimal {
    const remembered = known.get(operation.id);
    if (remembered) return remembered;
    const ways = following(operation).map(beyond);
    const sum = new Decimal(operation.carriedQuantity).plus(ways.length > 0 ? Decimal.min(...ways) : 0);
    known.set(operation.id, sum);
    return sum;
  };
}

/** The operations that work on what one has made; skipped ones work on nothing. */
export function followersOf(operations: readonly Operation[]): (operation: Operation) => readonly Operation[] {
  const followers = new Map<string, Operation[]>();
  for (const operation of operations.filter(({ status }) => status !== 'SKIPPED')) {
    for (const id of new Set([...operation.afterIds, ...operation.withIds])) {
      followers.set(id, [...(followers.get(id) ?? []), operation]);
    }
  }
  return ({ id }) => followers.get(id) ?? [];
}
