/** What became of what follows from a report or an order. Pure. */
export type StepState = 'FAILED' | 'REPAIRED' | 'DISCARDED';

export type FailedStep = Readonly<{
  step: string;
  state: StepState;
  since: Date;
  settledAt: Date | null;
  reason: string | null;
}>;

/** What is known of one report or order: steps that failed, the first one first, and since when news of it waits. */
export type Known = Readonly<{ steps: readonly FailedStep[]; waitingSince: Date | null }>;

export type Processing = Readonly<{
  state: 'FAILED' | 'PENDING' | 'DISCARDED' | 'HANDED_OVER';
  failedStep: FailedStep | null;
  since: Date | null;
  steps: readonly FailedStep[];
}>;

export function processingOf({ steps, waitingSince }: Known): Processing {
  const failed = steps.find(({ state }) => state === 'FAILED');
  if (failed) return { state: 'FAILED', failedStep: failed, since: failed.since, steps };
  const discarded = steps.find(({ state }) => state === 'DISCARDED') ?? null;
  if (waitingSince) return { state: 'PENDING', failedStep: discarded, since: waitingSince, steps };
  if (discarded) return { state: 'DISCARDED', failedStep: discarded, since: discarded.since, steps };
  return { state: 'HANDED_OVER', failedStep: null, since: null, steps };
}
