/** Where values are kept, below the rules of `keeping-cache.ts`. */
export type Levels = Readonly<{
  find(key: string): Promise<Entry | null>;
  /** Read before loading and handed to `keep`: what was forgotten in between is not kept. */
  markOf(key: string): Promise<Mark>;
  keep(key: string, entry: Entry, forMs: number, mark: Mark): Promise<void>;
  forget(key: string): Promise<void>;
  /** Out of this process only. */
  forgetHere(key: string): void;
  /** Whether we would have heard of what others forgot. */
  isInTouch(): boolean;
  /** Others forgot this key, or, when null, may have forgotten any. */
  onForgotten(listener: (key: string | null) => void): void;
  close(): Promise<void>;
}>;

export type Entry = Readonly<{ value: unknown; asOf: number }>;

/** Changes when a key is forgotten; undefined when it could not be read. */
export type Mark = string | null | undefined;
