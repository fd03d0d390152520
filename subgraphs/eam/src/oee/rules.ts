/**
 * Overall equipment effectiveness by ISO 22400-2. Pure: the caller brings the shifts and what happened in them.
 * A change of the method is a new formula version.
 */
import { Decimal } from 'decimal.js';
import { clip, lengthOf, union, without, type Interval } from './interval-rules.ts';

export const FORMULA_VERSION = 'iso22400-2/1';

/** One shift of one day, up to but not including its end. */
export type ShiftBounds = Readonly<{ startsAt: Date; endsAt: Date }>;

/** What a report or time event says about a station. */
export type Activity = ProductionReport | TimeEvent;
export type ProductionReport = Readonly<{
  kind: 'REPORT';
  /** Null when nobody noted the start. */
  startedAt: Date | null;
  endedAt: Date;
  good: Decimal.Value;
  scrap: Decimal.Value;
  rework: Decimal.Value;
  /** Planned seconds per piece. */
  standardRunSeconds: Decimal.Value | null;
}>;
export type TimeEvent = Readonly<{ kind: 'RUN' | 'SETUP' | 'BREAK'; startedAt: Date; endedAt: Date }>;

/** Times in minutes. */
export type Elements = Readonly<{
  plannedOperationTime: Decimal;
  plannedBusyTime: Decimal;
  actualProductionTime: Decimal;
  actualSetupTime: Decimal;
  /** Null when a standard time is missing. */
  standardTime: Decimal | null;
  goodQuantity: Decimal;
  scrapQuantity: Decimal;
  reworkQuantity: Decimal;
}>;

export type Ratios = Readonly<{
  availability: Decimal | null;
  performance: Decimal | null;
  quality: Decimal | null;
  value: Decimal | null;
}>;

const MINUTE_MS = 60_000;
const ZERO = new Decimal(0);

/**
 * The shifts that an activity belongs to, of those it was told with: all that it overlaps. Without a length it belongs
 * to the one that contains its end, and to that one alone.
 */
export function shiftsOf<Shift extends ShiftBounds>(
  { startedAt, endedAt }: Pick<Activity, 'startedAt' | 'endedAt'>,
  told: readonly Shift[],
): readonly Shift[] {
  const interval = intervalOf(startedAt ?? endedAt, endedAt);
  if (interval.from < interval.to) {
    return told.filter(({ startsAt, endsAt }) => clip([interval], intervalOf(startsAt, endsAt)).length > 0);
  }
  const around = told.filter(({ startsAt, endsAt }) => startsAt <= endedAt && endedAt < endsAt);
  return around.slice(0, 1);
}

/** What one shift at one station amounts to. */
export function elementsOf(shift: ShiftBounds, activities: readonly Activity[]): Elements {
  const within = intervalOf(shift.startsAt, shift.endsAt);
  const breaks = spent(activities, ['BREAK'], within);
  // Planned stops go first: who stands still during a break loses nothing, who works through it gains nothing.
  const production = without(spent(activities, ['REPORT', 'RUN'], within), breaks);
  const setup = without(without(spent(activities, ['SETUP'], within), breaks), production);
  const shares = activities.filter((it) => it.kind === 'REPORT').map((report) => shareOf(report, within));
  const sum = (pick: (share: Share) => Decimal) => shares.reduce((total, share) => total.plus(pick(share)), ZERO);

  return {
    plannedOperationTime: minutes([within]),
    plannedBusyTime: minutes(without([within], breaks)),
    actualProductionTime: minutes(production),
    actualSetupTime: minutes(setup),
    standardTime: shares.some((share) => share.standardTime === null) ? null : sum((share) => share.standardTime!),
    goodQuantity: sum((share) => share.good),
    scrapQuantity: sum((share) => share.scrap),
    reworkQuantity: sum((share) => share.rework),
  };
}

/** A day is the sum of its shifts. */
export function addElements(one: Elements, other: Elements): Elements {
  return {
    plannedOperationTime: one.plannedOperationTime.plus(other.plannedOperationTime),
    plannedBusyTime: one.plannedBusyTime.plus(other.plannedBusyTime),
    actualProductionTime: one.actualProductionTime.plus(other.actualProductionTime),
    actualSetupTime: one.actualSetupTime.plus(other.actualSetupTime),
    standardTime: one.standardTime && other.standardTime && one.standardTime.plus(other.standardTime),
    goodQuantity: one.goodQuantity.plus(other.goodQuantity),
    scrapQuantity: one.scrapQuantity.plus(other.scrapQuantity),
    reworkQuantity: one.reworkQuantity.plus(other.reworkQuantity),
  };
}

export const producedQuantity = ({ goodQuantity, scrapQuantity, reworkQuantity }: Elements): Decimal =>
  goodQuantity.plus(scrapQuantity).plus(reworkQuantity);

/** Not capped: effectiveness above 1 says that the standard time is too long, and hiding that helps nobody. */
export function ratiosOf(elements: Elements): Ratios {
  const availability = ratio(elements.actualProductionTime, elements.plannedBusyTime);
  const performance = elements.standardTime && ratio(elements.standardTime, elements.actualProductionTime);
  const quality = ratio(elements.goodQuantity, producedQuantity(elements));
  const value = availability && performance && quality && availability.times(performance).times(quality);
  return { availability, performance, quality, value };
}

/** Without a denominator there is no ratio, not a zero. */
const ratio = (part: Decimal, whole: Decimal): Decimal | null => (whole.isZero() ? null : part.div(whole));

type Share = Readonly<{ good: Decimal; scrap: Decimal; rework: Decimal; standardTime: Decimal | null }>;

/** The part of a report that falls into the shift, by time; what has no length is not shared. */
function shareOf({ startedAt, endedAt, standardRunSeconds, ...quantities }: ProductionReport, shift: Interval): Share {
  const interval = intervalOf(startedAt ?? endedAt, endedAt);
  const share =
    interval.from < interval.to
      ? new Decimal(lengthOf(clip([interval], shift))).div(interval.to - interval.from)
      : new Decimal(1);
  const good = share.times(quantities.good);
  const scrap = share.times(quantities.scrap);
  const rework = share.times(quantities.rework);
  const produced = good.plus(scrap).plus(rework);
  if (produced.isZero()) return { good, scrap, rework, standardTime: ZERO };
  const standardTime = standardRunSeconds === null ? null : produced.times(standardRunSeconds).div(60);
  return { good, scrap, rework, standardTime };
}

function spent(activities: readonly Activity[], kinds: readonly Activity['kind'][], within: Interval): Interval[] {
  const intervals = activities.flatMap(({ kind, startedAt, endedAt }) =>
    kinds.includes(kind) && startedAt ? [intervalOf(startedAt, endedAt)] : [],
  );
  return union(clip(intervals, within));
}

const intervalOf = (from: Date, to: Date): Interval => ({ from: from.getTime(), to: to.getTime() });

const minutes = (intervals: readonly Interval[]): Decimal => new Decimal(lengthOf(intervals)).div(MINUTE_MS);
