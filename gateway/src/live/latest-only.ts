/** A stream that never queues: whoever reads slowly finds only the newest value. */
export type LatestOnly<Value> = Required<AsyncIterableIterator<Value, void, void>> &
  Readonly<{ push(value: Value): void; end(): void }>;

export function latestOnly<Value>(onEnd: () => void): LatestOnly<Value> {
  type Result = IteratorResult<Value, void>;
  const finished: Result = { value: undefined, done: true };
  let waiting: ((result: Result) => void) | null = null;
  let pending: { value: Value } | null = null;
  let ended = false;

  function end(): void {
    if (ended) return;
    ended = true;
    waiting?.(finished);
    waiting = null;
    onEnd();
  }

  const stream: LatestOnly<Value> = {
    push(value) {
      if (ended) return;
      if (!waiting) pending = { value };
      else {
        waiting({ value, done: false });
        waiting = null;
      }
    },
    end,
    next() {
      if (pending) {
        const { value } = pending;
        pending = null;
        return Promise.resolve({ value, done: false });
      }
      if (ended) return Promise.resolve(finished);
      return new Promise((resolve) => (waiting = resolve));
    },
    return() {
      pending = null;
      end();
      return Promise.resolve(finished);
    },
    throw(error) {
      end();
      return Promise.reject(error as Error);
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
