/** Answers of the ERP with the time of each; equal questions that are under way are asked once. */
export type Kept<Value> = Readonly<{ value: Value; asOf: Date }>;

export type AnswerCache<Value> = Readonly<{
  known(key: string): Kept<Value> | null;
  ask(key: string, question: () => Promise<Value>): Promise<Kept<Value>>;
}>;

export function createAnswerCache<Value>(now: () => Date, maxEntries = 20_000): AnswerCache<Value> {
  const answers = new Map<string, Kept<Value>>();
  const underWay = new Map<string, Promise<Kept<Value>>>();

  function keep(key: string, kept: Kept<Value>): void {
    // Oldest answer first: a Map keeps the order of insertion.
    answers.delete(key);
    answers.set(key, kept);
    if (answers.size > maxEntries) answers.delete(answers.keys().next().value!);
  }

  async function askAfresh(key: string, question: () => Promise<Value>): Promise<Kept<Value>> {
    // An answer is as old as its question: what changed while it travelled is not in it.
    const asOf = now();
    const kept = { value: await question(), asOf };
    keep(key, kept);
    return kept;
  }

  return {
    known: (key) => answers.get(key) ?? null,
    ask(key, question) {
      const asked = underWay.get(key);
      if (asked) return asked;
      const asking = askAfresh(key, question).finally(() => underWay.delete(key));
      underWay.set(key, asking);
      return asking;
    },
  };
}
