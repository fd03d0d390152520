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

type Figures = Pick<Operation, 'goodQuantity' | 'returnedQuantity' | 'carriedQuantity'>;

/**
 * The limit of one operation when its order's quantity changes: pieces that came with a back-order need not be made
 * again, those that left with one were made here. Never below what was reported, for that has happened.
 */
export const operationLimit = (quantity: string, allowance: Allowance, operation: Figures): string =>
  Decimal.max(
    new Decimal(goodLimit(quantity, allowance)).minus(operation.carriedQuantity),
    new Decimal(operation.goodQuantity).minus(operation.returnedQuantity),
    0,
  ).toFixed();

/** Good pieces that the order has at an operation, made by itself or taken over. */
export const available = ({ goodQuantity, carriedQuantity }: Pick<Figures, 'goodQuantity' | 'carriedQuantity'>) =>
  new Decimal(goodQuantity).plus(carriedQuantity);

/** The least that an order may be lowered to: the most that one of its operations has made. */
export const leastQuantity = (operations: readonly Figures[]): string =>
  Decimal.max(0, ...operations.map((operation) => available(operation).minus(operation.returnedQuantity))).toFixed();
