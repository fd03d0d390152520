/** The hours of a shift and what is to be made in each. Pure: the caller brings the shift, the work and the targets. */
import { Decimal } from 'decimal.js';

export type Interval = Readonly<{ from: Date; to: Date }>;
export type Occurrence = Readonly<{ startsAt: Date; endsAt: Date }>;

/** What a station works on, or is planned to: `to` is null while nobody knows. */
export type StationWork = Readonly<{
  stationId: string;
  operationId: string;
  workOrderId: string;
  from: Date | null;
  to: Date | null;
  secondsPerPiece: string | null;
  /** Pieces that this operation still had to make when the shift began. */
  remainingQuantity: string;
}>;

export type MadeInHour = Readonly<{
  hour: number;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
}>;

export type ShiftHour = Readonly<{
  startsAt: Date;
  endsAt: Date;
  /** Null when something without a standard time is worked on and no target is set. */
  plannedQuantity: string | null;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
}>;

export type Plan = Readonly<{ hours: readonly (Decimal | null)[] }>;

const HOUR_MS = 60 * 60 * 1000;
const ZERO = new Decimal(0);
const PLACES = 4;

/** Hours from the shift's first instant on, counted in elapsed time, so a clock change gives 11 or 13 of them; the last may be shorter. */
export function hoursOf({ startsAt, endsAt }: Occurrence): Interval[] {
  const hours: Interval[] = [];
  for (let at = startsAt.getTime(); at < endsAt.getTime(); at += HOUR_MS) {
    hours.push({ from: new Date(at), to: new Date(Math.min(at + HOUR_MS, endsAt.getTime())) });
  }
  return hours;
}

/** A target, spread evenly over the shift's time. What rounding takes from one hour the next one gets. */
export function planOfTarget(hours: readonly Interval[], quantity: string): Plan {
  const start = hours[0]?.from.getTime() ?? 0;
  const length = (hours.at(-1)?.to.getTime() ?? 0) - start;
  const until = (at: Date) =>
    new Decimal(quantity)
      .times(at.getTime() - start)
      .div(length)
      .toDecimalPlaces(PLACES);
  return { hours: hours.map(({ from, to }) => until(to).minus(until(from))) };
}

/**
 * What the station can make by the standard times: the seconds that an operation is there ÷ its seconds per piece × the
 * station's capacity, which operations that are there at the same time share evenly; never more than what remained of an
 * operation when the shift began, and nothing while no operation is there.
 */
export function planOfWork(
  hours: readonly Interval[],
  work: readonly StationWork[],
  capacity: number,
  counts: (operationId: string) => boolean = () => true,
): Plan {
  const remaining = new Map(work.map((it) => [it.operationId, Decimal.max(0, it.remainingQuantity)]));
  const planned = hours.map(({ from, to }) => {
    let sum: Decimal | null = ZERO;
    for (const slice of slicesOf(from, to, work)) {
      const there = work.filter((it) => isThere(it, slice) && remaining.get(it.operationId)!.gt(0));
      for (const it of there) {
        if (it.secondsPerPiece === null || new Decimal(it.secondsPerPiece).lte(0)) {
          if (counts(it.operationId)) sum = null;
          continue;
        }
        const seconds = (slice.to.getTime() - slice.from.getTime()) / 1000;
        const possible = new Decimal(seconds).times(capacity).div(there.length).div(it.secondsPerPiece);
        const left = remaining.get(it.operationId)!;
        const made = Decimal.min(possible, left);
        remaining.set(it.operationId, left.minus(made));
        if (sum && counts(it.operationId)) sum = sum.plus(made);
      }
    }
    return sum?.toDecimalPlaces(PLACES) ?? null;
  });
  return { hours: planned };
}

/** The pieces between which nothing begins or ends. */
function slicesOf(from: Date, to: Date, work: readonly StationWork[]): Interval[] {
  const cuts = new Set([from.getTime(), to.getTime()]);
  for (const it of work) {
    for (const at of [it.from, it.to]) if (at && at > from && at < to) cuts.add(at.getTime());
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(1).map((end, at) => ({ from: new Date(sorted[at]!), to: new Date(end) }));
}

const isThere = (work: StationWork, slice: Interval): boolean =>
  (work.from === null || work.from <= slice.from) && (work.to === null || work.to >= slice.to);

export function addPlans(plans: readonly Plan[], length: number): Plan {
  const hours = Array.from({ length }, (_, at) =>
    plans.reduce<Decimal | null>((sum, plan) => {
      const hour = plan.hours[at] ?? null;
      return sum === null || hour === null ? null : sum.plus(hour);
    }, ZERO),
  );
  return { hours };
}

export const totalOf = ({ hours }: Plan): string | null =>
  hours.reduce<Decimal | null>((sum, it) => (sum === null || it === null ? null : sum.plus(it)), ZERO)?.toFixed() ??
  null;

/** The plan of the hours that have passed, and of the running one by how much of it has. */
export function plannedSoFar(hours: readonly Interval[], plan: Plan, asOf: Date): string | null {
  let sum = ZERO;
  for (const [at, { from, to }] of hours.entries()) {
    if (asOf <= from) break;
    const planned = plan.hours[at] ?? null;
    if (planned === null) return null;
    const share = new Decimal(Math.min(asOf.getTime(), to.getTime()) - from.getTime()).div(
      to.getTime() - from.getTime(),
    );
    sum = sum.plus(planned.times(share));
  }
  return sum.toDecimalPlaces(PLACES).toFixed();
}

/** Plan against actual. What was made without a plan still shows. */
export function hourRows(hours: readonly Interval[], plan: Plan, made: readonly MadeInHour[]): ShiftHour[] {
  return hours.map(({ from, to }, at) => {
    const sum = (quantity: (row: MadeInHour) => string) =>
      made.reduce((total, row) => (row.hour === at ? total.plus(quantity(row)) : total), ZERO).toFixed();
    return {
      startsAt: from,
      endsAt: to,
      plannedQuantity: plan.hours[at]?.toFixed() ?? null,
      goodQuantity: sum((row) => row.goodQuantity),
      scrapQuantity: sum((row) => row.scrapQuantity),
      reworkQuantity: sum((row) => row.reworkQuantity),
    };
  });
}

export type Pace = Readonly<{
  piecesPerHour: string;
  expectedAtEnd: string;
  secondsPerPiece: string | null;
  standardSecondsPerPiece: string | null;
}>;

/** How fast the shift has been from its start until now; null before it starts. */
export function paceOf(
  { startsAt, endsAt }: Occurrence,
  goodQuantity: string,
  standardSecondsPerPiece: string | null,
  asOf: Date,
): Pace | null {
  const until = Math.min(asOf.getTime(), endsAt.getTime());
  const seconds = new Decimal(until - startsAt.getTime()).div(1000);
  if (seconds.lte(0)) return null;
  const good = new Decimal(goodQuantity);
  const left = new Decimal(endsAt.getTime() - until).div(1000);
  const round = (value: Decimal) => value.toDecimalPlaces(PLACES).toFixed();
  return {
    piecesPerHour: round(good.times(3600).div(seconds)),
    expectedAtEnd: round(good.plus(good.times(left).div(seconds))),
    secondsPerPiece: good.lte(0) ? null : round(seconds.div(good)),
    standardSecondsPerPiece,
  };
}

export type Unexplained = Readonly<{ minutes: string; intervals: readonly Interval[] }>;

/** Longest first; of equal ones the earlier. */
export function unexplainedOf(gaps: readonly Interval[]): Unexplained {
  const length = ({ from, to }: Interval) => to.getTime() - from.getTime();
  const total = gaps.reduce((sum, gap) => sum + length(gap), 0);
  return {
    minutes: new Decimal(total).div(60_000).toDecimalPlaces(2).toFixed(),
    intervals: [...gaps].sort((a, b) => length(b) - length(a) || a.from.getTime() - b.from.getTime()),
  };
}

const MAX_REASONS = 10;

/** The reasons that cost most pieces, of all the stations together. */
export function topReasons(
  scrap: readonly Readonly<{ reason: string; quantity: string }>[],
): Readonly<{ reason: string; quantity: string }>[] {
  const byReason = new Map<string, Decimal>();
  for (const { reason, quantity } of scrap) byReason.set(reason, (byReason.get(reason) ?? ZERO).plus(quantity));
  return [...byReason]
    .sort(([a, one], [b, other]) => other.comparedTo(one) || (a < b ? -1 : 1))
    .slice(0, MAX_REASONS)
    .map(([reason, quantity]) => ({ reason, quantity: quantity.toFixed() }));
}
