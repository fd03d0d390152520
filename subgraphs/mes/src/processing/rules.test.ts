import { describe, expect, it } from 'vitest';
import { processingOf, type FailedStep, type StepState } from './rules.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 10, 4, minute));
const step = (state: StepState, minute: number): FailedStep => ({
  step: `qms.step-${minute}`,
  state,
  since: at(minute),
  settledAt: state === 'FAILED' ? null : at(59),
  reason: state === 'DISCARDED' ? 'inspected by hand' : null,
});

describe('what became of what follows from a report', () => {
  it('is handed over when nothing waits and nothing failed', () => {
    const processing = { state: 'HANDED_OVER', failedStep: null, since: null, steps: [] };
    expect(processingOf({ steps: [], waitingSince: null })).toEqual(processing);
  });

  it('is pending while news of it waits', () => {
    expect(processingOf({ steps: [], waitingSince: at(7) })).toMatchObject({ state: 'PENDING', since: at(7) });
  });

  it('has failed, by the first step that still does, though other steps are settled and news waits', () => {
    const steps = [step('REPAIRED', 1), step('DISCARDED', 2), step('FAILED', 3), step('FAILED', 4)];
    const processing = { state: 'FAILED', failedStep: steps[2], since: at(3), steps };
    expect(processingOf({ steps, waitingSince: at(7) })).toEqual(processing);
  });

  it('is handed over again when what failed was repaired, and still tells of it', () => {
    const steps = [step('REPAIRED', 1)];
    expect(processingOf({ steps, waitingSince: null })).toMatchObject({
      state: 'HANDED_OVER',
      failedStep: null,
      steps,
    });
  });

  it('stays discarded when one step was given up and the others were repaired', () => {
    const steps = [step('REPAIRED', 1), step('DISCARDED', 2)];
    expect(processingOf({ steps, waitingSince: null })).toMatchObject({ state: 'DISCARDED', failedStep: steps[1] });
  });

  it('is pending with the given-up step beside it when there is later news of an order', () => {
    const steps = [step('DISCARDED', 2)];
    const processing = { state: 'PENDING', failedStep: steps[0], since: at(7) };
    expect(processingOf({ steps, waitingSince: at(7) })).toMatchObject(processing);
  });
});
