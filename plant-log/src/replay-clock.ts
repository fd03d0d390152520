/** When each row of a replay is due, and at which times it then happened. Pure. */
import type { PlannedOrder, RowStep } from './plan.ts';

export type DueRow = Readonly<{ planned: PlannedOrder; step: RowStep; after: number }>;

/** All rows by their ends; the first is due at once, the others as many milliseconds later as the speed makes of it. */
export function dueRows(orders: readonly PlannedOrder[], speed: number): readonly DueRow[] {
  const rows = orders
    .flatMap((planned) => planned.rows.map((step) => ({ planned, step })))
    .sort((a, b) => a.step.endedAt.getTime() - b.step.endedAt.getTime() || a.step.row.line - b.step.row.line);
  const first = rows[0]?.step.endedAt.getTime() ?? 0;
  return rows.map((row) => ({ ...row, after: (row.step.endedAt.getTime() - first) / speed }));
}

/** Work that ends now and took as long as it did: at any speed, no plant reports from the future. */
export function happeningAt(step: RowStep, now: Date): RowStep {
  const length = step.endedAt.getTime() - step.startedAt.getTime();
  return { ...step, startedAt: new Date(now.getTime() - length), endedAt: now };
}
