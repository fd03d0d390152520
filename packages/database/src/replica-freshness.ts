/**
 * How old the rows of a replica may be. Its own clock does not tell: while nothing is committed its last commit grows old
 * though nothing is missing, and cut off from the primary it does not know what it misses. So positions of the primary's
 * log are remembered with the time at which they were asked for; whichever of them the replica has replayed says that
 * everything committed before that time is there.
 */
export type Freshness = Readonly<{
  /** `at` is from before the question, so that it is never later than the position. */
  primaryWas(position: bigint, at: number): void;
  replicaHas(position: bigint): void;
  /** Everything that was committed before this time is there; null while nothing is known. */
  completeUntil(): number | null;
}>;

type Mark = Readonly<{ position: bigint; at: number }>;

const MOST_MARKS = 600;

export function createFreshness(): Freshness {
  let marks: Mark[] = [];
  let completeUntil: number | null = null;

  return {
    primaryWas(position, at) {
      const last = marks.at(-1);
      if (last && position < last.position) {
        // Another primary, or one that was set back: what was known is about a log that is no more.
        marks = [];
        completeUntil = null;
      }
      if (last?.position === position) marks.pop();
      marks.push({ position, at });
      if (marks.length > MOST_MARKS) marks.shift();
    },
    replicaHas(position) {
      const newest = marks.findLastIndex((mark) => mark.position <= position);
      if (newest < 0) return;
      completeUntil = marks[newest]!.at;
      // The newest one stays, to notice a log that goes back.
      marks = marks.slice(newest);
    },
    completeUntil: () => completeUntil,
  };
}

/** PostgreSQL writes a position of its log as two hexadecimal halves: 16/B374D848. */
export function positionOf(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
