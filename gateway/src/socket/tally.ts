/** How many of something each of many holds at this moment; who holds none is forgotten. */
export type Tally = Readonly<{
  /** False, and nothing taken, when `key` holds `limit` already. */
  take(key: string, limit: number): boolean;
  giveBack(key: string): void;
}>;

export function createTally(): Tally {
  const held = new Map<string, number>();
  return {
    take(key, limit) {
      const now = held.get(key) ?? 0;
      if (now >= limit) return false;
      held.set(key, now + 1);
      return true;
    },
    giveBack(key) {
      const left = (held.get(key) ?? 0) - 1;
      if (left > 0) held.set(key, left);
      else held.delete(key);
    },
  };
}
