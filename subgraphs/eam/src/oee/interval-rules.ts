/** Arithmetic of half-open intervals of time, in milliseconds. Pure. */
export type Interval = Readonly<{ from: number; to: number }>;

/** Sorted, without overlaps: what happens twice at once counts once. */
export function union(intervals: readonly Interval[]): Interval[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    if (to <= from) continue;
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

export function clip(intervals: readonly Interval[], within: Interval): Interval[] {
  return intervals
    .map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) }))
    .filter(({ from, to }) => from < to);
}

/** What is left of the first when the second is taken away. */
export function without(intervals: readonly Interval[], taken: readonly Interval[]): Interval[] {
  const holes = union(taken);
  return union(intervals).flatMap((interval) => {
    const rest: Interval[] = [];
    let { from } = interval;
    for (const hole of holes) {
      if (hole.to <= from || hole.from >= interval.to) continue;
      if (hole.from > from) rest.push({ from, to: hole.from });
      from = Math.max(from, hole.to);
    }
    if (from < interval.to) rest.push({ from, to: interval.to });
    return rest;
  });
}

/** Of intervals that do not overlap. */
export const lengthOf = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, { from, to }) => sum + (to - from), 0);
