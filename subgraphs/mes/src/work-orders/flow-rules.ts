/** Pieces on their way through the operations of an order. Pure. */
import { Decimal } from 'decimal.js';
import type { Operation } from './rules.ts';

type Flow = Pick<
  Operation,
  | 'id'
  | 'status'
  | 'afterIds'
  | 'withIds'
  | 'goodQuantity'
  | 'scrapQuantity'
  | 'sentBackQuantity'
  | 'returnedQuantity'
  | 'carriedQuantity'
>;

/** Good pieces that an operation has for those that follow; what was sent back through it is there again once it is reported again. */
export const passedOn = ({ goodQuantity, carriedQuantity, returnedQuantity }: Flow): Decimal =>
  new Decimal(goodQuantity).plus(carriedQuantity).minus(returnedQuantity);

/** Pieces that an operation has taken from those before it, without those that come to it again. */
export const taken = ({ goodQuantity, scrapQuantity, returnedQuantity }: Flow): Decimal =>
  new Decimal(goodQuantity).plus(scrapQuantity).minus(returnedQuantity);

/** Pieces that lie before an operation: the least that one before it has passed on, or what is ordered, less what was taken. */
export function available(operation: Flow, all: readonly Flow[], ordered: string): string {
  const before = all.filter(({ id }) => operation.afterIds.includes(id) || operation.withIds.includes(id));
  const reached = before.length > 0 ? Decimal.min(...before.map(passedOn)) : new Decimal(ordered);
  return Decimal.max(0, reached.minus(taken(operation))).toFixed();
}

/** Good pieces still to be made at an operation: those sent back to it once more, those further on in another order not at all. */
export const remainingAt = (operation: Flow, all: readonly Flow[], ordered: string): string =>
  Decimal.max(
    0,
    new Decimal(ordered)
      .plus(operation.returnedQuantity)
      .minus(operation.goodQuantity)
      .minus(carriedBeyond(all)(operation)),
  ).toFixed();

/** Pieces that were carried at an operation or at one that follows it: of several ways on, the one with the fewest. */
export function carriedBeyond<Kind extends Flow>(operations: readonly Kind[]): (operation: Kind) => Decimal {
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
export function followersOf<Kind extends Flow>(operations: readonly Kind[]): (operation: Kind) => readonly Kind[] {
  const followers = new Map<string, Kind[]>();
  for (const operation of operations.filter(({ status }) => status !== 'SKIPPED')) {
    for (const id of new Set([...operation.afterIds, ...operation.withIds])) {
      followers.set(id, [...(followers.get(id) ?? []), operation]);
    }
  }
  return ({ id }) => followers.get(id) ?? [];
}
