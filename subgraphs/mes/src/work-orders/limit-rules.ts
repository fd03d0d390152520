/** How many good pieces an order's operations may report. Pure. */
import { Decimal } from 'decimal.js';
import { carriedBeyond } from './flow-rules.ts';
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
