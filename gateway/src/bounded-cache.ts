/** Remembers the most recent entries; the oldest make room. */
export type BoundedCache<Value> = Readonly<{
  get(key: string): Value | undefined;
  set(key: string, value: Value): Value;
  deleteWhere(matches: (key: string) => boolean): void;
}>;

export function boundedCache<Value>(limit: number): BoundedCache<Value> {
  const entries = new Map<string, Value>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      if (entries.size >= limit && !entries.has(key)) entries.delete(entries.keys().next().value!);
      entries.set(key, value);
      return value;
    },
    deleteWhere(matches) {
      for (const key of entries.keys()) if (matches(key)) entries.delete(key);
    },
  };
}
