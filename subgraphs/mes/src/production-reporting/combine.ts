/**
 * Combines single calls while a statement is in flight: whoever comes in the meantime shares the next one. A lone call
 * goes out at once, so nobody waits for company; the busier it is, the more each commit carries.
 */
export type Combine<Item, Answer> = (item: Item) => Promise<Answer>;

export type CombineOptions<Item, Answer> = Readonly<{
  /** Answers in the order of the items; rejects when none of them had an effect, or when that is not known. */
  send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** Two items of one key never share a statement. */
  keyOf: (item: Item) => string;
  /** Whether the items had better be tried one by one; not when nobody answers at all. */
  isWorthRetrying: (error: unknown) => boolean;
  maxItems: number;
}>;

type Waiting<Item, Answer> = Readonly<{
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}>;

export function combining<Item, Answer>(options: CombineOptions<Item, Answer>): Combine<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let busy = false;

  function nextBatch(): Waiting<Item, Answer>[] {
    const keys = new Set<string>();
    const batch: Waiting<Item, Answer>[] = [];
    const later: Waiting<Item, Answer>[] = [];
    for (const one of waiting) {
      const key = options.keyOf(one.item);
      const fits = batch.length < options.maxItems && !keys.has(key);
      (fits ? batch : later).push(one);
      keys.add(key);
    }
    waiting = later;
    return batch;
  }

  async function send(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await options.send(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, at) => resolve(answers[at]!));
    } catch (error) {
      if (batch.length === 1 || !options.isWorthRetrying(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One of them spoils the statement; alone, it spoils only its own.
      for (const one of batch) await send([one]);
    }
  }

  async function drain(): Promise<void> {
    busy = true;
    while (waiting.length > 0) await send(nextBatch());
    busy = false;
  }

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void drain();
    });
}
