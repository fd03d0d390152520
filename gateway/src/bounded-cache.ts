/** Remembers recent entries up to a total weight; the oldest make room. */
export type BoundedCache<Value> = Readonly<{
  get(key: string): Value | undefined;
  set(key: string, value: Value): Value;
  deleteWhere(matches: (key: string) => boolean): void;
}>;

/** What weighs more than a tenth of the budget is not kept: one client's giant must not push out everyone's daily work. */
export function boundedCache<Value>(budget: number, weigh: (value: Value) => number = () => 1): BoundedCache<Value> {
  const entries = new Map<string, { value: Value; weight: number }>();
  let total = 0;

  function remove(key: string): void {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }

  return {
    get: (key) => entries.get(key)?.value,
    set(key, value) {
      const weight = weigh(value);
      remove(key);
      if (weight > budget / 10) return value;
      while (total + weight > budget) remove(entries.keys().next().value!);
      entries.set(key, { value, weight });
      total += weight;
      return value;
    },
    deleteWhere(matches) {
      for (const key of entries.keys()) if (matches(key)) remove(key);
    },
  };
}
