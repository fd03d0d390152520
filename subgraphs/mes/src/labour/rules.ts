/** Whose time went where. Pure: the caller brings the clock and the jobs. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { Temporal } from 'temporal-polyfill';
import { isLabel } from '../text-rules.ts';

export type JobKind = 'LABOUR' | 'SETUP' | 'MACHINE';

/** One operator, or a machine by itself, on one operation at one station from start to end. */
export type Job = Readonly<{
  id: string;
  factoryId: string;
  workOrderId: string;
  operationId: string;
  stationId: string;
  kind: JobKind;
  /** Null for a machine's job. */
  operatorId: string | null;
  startedAt: Date;
  /** Null while it runs. */
  endedAt: Date | null;
  recordedBy: string;
  void: JobVoid | null;
}>;

export type JobVoid = Readonly<{ reason: string; voidedBy: string; voidedAt: Date }>;

/** A job with its share of its operator's time. */
export type SharedJob = Readonly<{ job: Job; milliseconds: number }>;

/** What one operator, or the machine, spent on one operation at one station in one way. */
export type LabourLine = Readonly<{
  operationId: string;
  stationId: string;
  operatorId: string | null;
  kind: JobKind;
  seconds: string;
}>;

export type OperatorDay = Readonly<{ operatorId: string; date: string; jobs: readonly SharedJob[] }>;

/** Half-open, in milliseconds. */
type Span = Readonly<{ from: number; to: number }>;

/**
 * At every instant an operator's time is divided equally among the jobs they are on; a machine's time is its own.
 * Whole milliseconds are given out, a remainder to those that began first, so that the shares of an operator add up to
 * the time in which they were on any job. Voided jobs count for nothing.
 */
export function shareTime(jobs: readonly Job[], now: Date, within: Span = always): SharedJob[] {
  const counted = jobs.filter((job) => job.void === null);
  const byOperator = groupBy(counted, ({ id, factoryId, operatorId }) =>
    operatorId === null ? id : JSON.stringify([factoryId, operatorId]),
  );
  return byOperator.flatMap((own) => shareOfOne(own, now, within));
}

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string | number): Item[][] {
  const groups = new Map<string | number, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

const always: Span = { from: -Infinity, to: Infinity };

function shareOfOne(jobs: readonly Job[], now: Date, within: Span): SharedJob[] {
  const spans = jobs
    .map((job) => ({ job, ...clip(job, now, within), milliseconds: 0 }))
    .filter(({ from, to }) => from < to)
    .sort((one, other) => one.from - other.from || (one.job.id < other.job.id ? -1 : 1));
  const instants = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((one, other) => one - other);
  let next = 0;
  let active: typeof spans = [];
  for (const [at, from] of instants.entries()) {
    const to = instants[at + 1];
    if (to === undefined) break;
    active = active.filter((span) => span.to > from);
    for (; spans[next]?.from === from; next++) active.push(spans[next]!);
    const share = Math.floor((to - from) / active.length);
    const rest = (to - from) % active.length;
    active.forEach((span, place) => (span.milliseconds += share + (place < rest ? 1 : 0)));
  }
  return spans.map(({ job, milliseconds }) => ({ job, milliseconds }));
}

const clip = (job: Job, now: Date, within: Span): Span => ({
  from: Math.max(job.startedAt.getTime(), within.from),
  to: Math.min((job.endedAt ?? now).getTime(), within.to),
});

export const secondsOf = (shared: readonly SharedJob[]): string =>
  new Decimal(shared.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).div(1000).toFixed();

/** Sums by operation, station, operator and kind. */
export function linesOf(shared: readonly SharedJob[]): LabourLine[] {
  const groups = groupBy(shared, ({ job }) =>
    JSON.stringify([job.operationId, job.stationId, job.operatorId, job.kind]),
  );
  return groups.map((group) => {
    const { operationId, stationId, operatorId, kind } = group[0]!.job;
    return { operationId, stationId, operatorId, kind, seconds: secondsOf(group) };
  });
}

export const sumOf = (lines: readonly LabourLine[], kind: JobKind): string =>
  lines
    .filter((line) => line.kind === kind)
    .reduce((sum, line) => sum.plus(line.seconds), new Decimal(0))
    .toFixed();

/** The instants between which it is this day at the plant: 23 or 25 hours when the clocks change. */
export function dayIn(timeZone: string, date: string): Span {
  const day = Temporal.PlainDate.from(date);
  const start = (on: Temporal.PlainDate) => on.toZonedDateTime(timeZone).epochMilliseconds;
  return { from: start(day), to: start(day.add({ days: 1 })) };
}

const LONGEST_MS = 7 * 24 * 60 * 60 * 1000;
const OLDEST_YEARS = 20;

export type IntervalRefusal = 'BAD_INTERVAL' | 'IN_THE_FUTURE' | 'TOO_OLD';

/** Time that is typed in afterwards. */
export function checkInterval(
  { startedAt, endedAt }: { startedAt: Date; endedAt: Date },
  now: Date,
): Decision<null, never, IntervalRefusal> {
  const length = endedAt.getTime() - startedAt.getTime();
  if (length <= 0 || length > LONGEST_MS) return refuse('BAD_INTERVAL');
  if (endedAt > now) return refuse('IN_THE_FUTURE');
  const oldest = new Date(now);
  oldest.setUTCFullYear(oldest.getUTCFullYear() - OLDEST_YEARS);
  return startedAt < oldest ? refuse('TOO_OLD') : accept(null);
}

/** A machine's job has no operator; every other job has one: the user, when nobody else is named. */
export function operatorOf(
  kind: JobKind,
  named: string | null | undefined,
  userId: string,
): Decision<string | null, never, 'BAD_OPERATOR'> {
  if (kind === 'MACHINE') return named == null ? accept(null) : refuse('BAD_OPERATOR');
  const operatorId = named ?? userId;
  return isLabel(operatorId) ? accept(operatorId) : refuse('BAD_OPERATOR');
}

/** Books that are closed stay as they are, and nobody works on what was never handed to the floor. */
export const takesTime = (orderStatus: string): boolean =>
  ['RELEASED', 'IN_PROGRESS', 'HELD', 'COMPLETED'].includes(orderStatus);
