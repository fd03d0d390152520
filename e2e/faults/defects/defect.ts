/** A mistake that somebody could make in the product, and how the checker must notice it. */
import type { CountName } from '../counts.ts';

/** `from` must be found exactly once, or the source has moved on without its mutant. */
export type Change = Readonly<{ from: string; to: string }>;

export type Defect = Readonly<{
  name: string;
  title: string;
  /** In sources, by their path from the root of the repository. */
  sources?: Readonly<Record<string, readonly Change[]>>;
  /** In functions of the database, by their names. */
  functions?: Readonly<Record<string, readonly Change[]>>;
  /** The scenario that catches it, and for how long. */
  scenario: string;
  minutes: number;
  /** It is caught when one of these is not zero. */
  caughtBy: readonly CountName[];
}>;

export function changed(text: string, changes: readonly Change[], where: string): string {
  return changes.reduce((before, { from, to }) => {
    const found = before.split(from).length - 1;
    if (found !== 1) throw new Error(`${where} has ${found} times instead of once:\n${from}`);
    return before.replace(from, () => to);
  }, text);
}
