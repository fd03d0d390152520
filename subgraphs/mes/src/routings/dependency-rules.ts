/** Which operations wait for which. Pure. */

export type Dependent = Readonly<{
  sequence: number;
  after: readonly number[] | null;
  with: readonly number[] | null;
}>;

/** Sequences of operations, ascending and without doubles. */
export type Predecessors = Readonly<{ after: readonly number[]; with: readonly number[] }>;

/**
 * By sequence, what each operation waits for: `after` those that are finished or hand on pieces, `with` those that have
 * started. An operation that says neither comes after the one before it; an empty `after` waits for nothing.
 */
export function predecessorsOf(operations: readonly Dependent[]): Map<number, Predecessors> {
  const sorted = [...operations].sort((a, b) => a.sequence - b.sequence);
  return new Map(
    sorted.map(({ sequence, after, with: beside }, at) => {
      const before = sorted[at - 1];
      const unsaid = after === null && (beside === null || beside.length === 0);
      return [
        sequence,
        { after: list(unsaid && before ? [before.sequence] : (after ?? [])), with: list(beside ?? []) },
      ];
    }),
  );
}

const list = (sequences: readonly number[]): readonly number[] => [...new Set(sequences)].sort((a, b) => a - b);

/** The operations whose dependencies make no sense, or null: unknown ones, a circle, or work that leads nowhere. */
export function badDependency(operations: readonly Dependent[]): readonly number[] | null {
  const before = new Map(
    [...predecessorsOf(operations)].map(([sequence, { after, with: beside }]) => [
      sequence,
      list([...after, ...beside]),
    ]),
  );
  const unknown = [...before].filter(([, sequences]) => sequences.some((sequence) => !before.has(sequence)));
  if (unknown.length > 0) return unknown.map(([sequence]) => sequence);

  // Whatever is ready is taken away, again and again; what stays waits for itself.
  const waiting = new Map(before);
  for (let ready = startable(waiting); ready.length > 0; ready = startable(waiting)) {
    for (const sequence of ready) waiting.delete(sequence);
  }
  if (waiting.size > 0) return [...waiting.keys()];

  // The last operation's good pieces are the order's, so each other one must lead to it.
  const leading = new Set<number>();
  const open = [Math.max(...before.keys())];
  for (let sequence = open.pop(); sequence !== undefined; sequence = open.pop()) {
    if (leading.has(sequence)) continue;
    leading.add(sequence);
    open.push(...before.get(sequence)!);
  }
  const loose = [...before.keys()].filter((sequence) => !leading.has(sequence));
  return loose.length > 0 ? loose : null;
}

const startable = (waiting: ReadonlyMap<number, readonly number[]>): number[] =>
  [...waiting].filter(([, before]) => !before.some((sequence) => waiting.has(sequence))).map(([sequence]) => sequence);
