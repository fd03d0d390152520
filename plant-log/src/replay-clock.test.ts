import { expect, it } from 'vitest';
import { planLog } from './plan.ts';
import { dueRows, happeningAt } from './replay-clock.ts';
import { exampleLog, logWith } from './test-log.ts';

it('sends the first row at once and the others as much sooner as the speed says', () => {
  const { orders } = planLog(
    logWith(
      { work_order: 'WO-2', started_at: '2012-01-02T08:00:00', ended_at: '2012-01-02T10:00:00' },
      { work_order: 'WO-1', started_at: '2012-01-02T08:00:00', ended_at: '2012-01-02T09:00:00' },
    ).rows,
  );
  expect(dueRows(orders, 600).map(({ step, after }) => [step.key, after])).toEqual([
    ['WO-1/1', 0],
    ['WO-2/1', 6_000],
  ]);
});

it('sends every row of the log once, never one before its time', () => {
  const due = dueRows(planLog(exampleLog.rows).orders, 600);
  expect(due).toHaveLength(1663);
  expect(due.map(({ after }) => after)).toEqual(due.map(({ after }) => after).toSorted((a, b) => a - b));
});

it('lets work end now and take as long as it did', () => {
  const [due] = dueRows(planLog(logWith({}).rows).orders, 600);
  const now = new Date('2026-01-05T06:00:00Z');
  expect(happeningAt(due!.step, now)).toMatchObject({ startedAt: new Date('2026-01-05T05:00:00Z'), endedAt: now });
});
