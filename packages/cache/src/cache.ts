/** Keeps what was costly to find out, and says how old it is. */
export type Cache = Readonly<{
  /**
   * What is known under this key when it is younger than `ttlMs`, or else what `load` brings. However many ask for a
   * key at the same time, one of them loads. The caller puts the tenant into the key.
   */
  fetch<Value>(key: string, options: FetchOptions<Value>): Promise<Cached<Value>>;
  /** From here on nobody gets what was known before, wherever they ask; loads under way don't bring it back. */
  forget(key: string): Promise<void>;
  close(): Promise<void>;
}>;

export type FetchOptions<Value> = Readonly<{
  ttlMs: number;
  /** How old it may be for this once; what is older is loaded again and, if that fails, remains for others. */
  maxAgeMs?: number;
  /** Bounds its own time. What it brings must survive JSON. */
  load: () => Promise<Value>;
  /** How much older than `ttlMs` a value may be while `load` fails. Left out: never. */
  staleIfErrorMs?: number;
}>;

export type Cached<Value> = Readonly<{
  value: Value;
  /** When loading it began: what changed later may not be in it. */
  asOf: Date;
  source: 'FRESH' | 'CACHE' | 'STALE';
}>;
