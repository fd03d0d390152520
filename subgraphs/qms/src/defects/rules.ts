/** Which defects cost most: Pareto's order and shares. Pure. */
import { Decimal } from 'decimal.js';

export type TypeCount = Readonly<{ defectType: string; quantity: string; reportCount: number }>;
export type TypeShare = TypeCount & Readonly<{ share: string; cumulativeShare: string }>;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 400;

/** A half-open period that somebody may ask about. */
export function isPeriod(from: Date, to: Date): boolean {
  const length = to.getTime() - from.getTime();
  return length > 0 && length <= MAX_DAYS * DAY_MS;
}

/** Largest first; equal quantities by name, so that the order never wavers. Shares have four decimals. */
export function pareto(counts: readonly TypeCount[]): Readonly<{ total: string; byType: readonly TypeShare[] }> {
  const total = counts.reduce((sum, { quantity }) => sum.plus(quantity), new Decimal(0));
  const shareOf = (quantity: Decimal) => (total.isZero() ? '0' : quantity.div(total).toDecimalPlaces(4).toFixed());

  let sum = new Decimal(0);
  const byType = [...counts].sort(largerFirst).map((count) => {
    // Shares of sums rather than sums of rounded shares: the last one is exactly 1.
    sum = sum.plus(count.quantity);
    return { ...count, share: shareOf(new Decimal(count.quantity)), cumulativeShare: shareOf(sum) };
  });
  return { total: total.toFixed(), byType };
}

function largerFirst(one: TypeCount, other: TypeCount): number {
  return new Decimal(other.quantity).cmp(one.quantity) || (one.defectType < other.defectType ? -1 : 1);
}
