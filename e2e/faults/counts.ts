/** What a run is judged by. */

/** Each must be zero. */
export const countNames = [
  'lost',
  'duplicated',
  'phantom',
  'refusedButThere',
  'wrongReplay',
  'wrongSum',
  'versionTwice',
  'versionGap',
  'outboxMissing',
  'outboxTwice',
  'effectMissing',
  'effectTwice',
  'orderViolated',
  'staleRead',
  'overReported',
  'deadLetters',
  'wrongBoard',
  'othersSilent',
  'grantedUnvouched',
] as const;
export type CountName = (typeof countNames)[number];

export type Verdict = Readonly<{
  counts: Readonly<Record<CountName, number>>;
  /** The first of each, to look into. */
  examples: Readonly<Partial<Record<CountName, readonly string[]>>>;
  acknowledged: number;
  attempts: number;
  unknown: number;
  /** Unknown to the client for good, and there. */
  recovered: number;
  refused: number;
  resent: number;
}>;

export const emptyCounts = (): Record<CountName, number> =>
  Object.fromEntries(countNames.map((name) => [name, 0])) as Record<CountName, number>;

export const isFlawless = ({ counts }: Verdict): boolean => countNames.every((name) => counts[name] === 0);
