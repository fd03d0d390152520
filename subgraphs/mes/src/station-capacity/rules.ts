/** What a station can do and what it has to do. Pure: the caller brings shifts and operations. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';

/** Holds from a day on, until a later one of the same shift does. */
export type CapacityRule = Readonly<{
  id: string;
  stationId: string;
  /** Null for every shift that has no rule of its own. */
  shift: string | null;
  validFrom: string;
  /** Jobs at once; 0 when the station does not run. */
  jobs: number;
  efficiencyPercent: string;
}>;

export type CapacityRefusal = 'BAD_NAME' | 'OUT_OF_RANGE';

const MAX_JOBS = 1_000;
const MAX_EFFICIENCY = 200;

export function defineCapacity(
  known: CapacityRule | null,
  wanted: CapacityRule,
): Decision<CapacityRule, never, CapacityRefusal> {
  if (wanted.shift !== null && !isLabel(wanted.shift)) return refuse('BAD_NAME');
  const efficiency = new Decimal(wanted.efficiencyPercent);
  if (wanted.jobs < 0 || wanted.jobs > MAX_JOBS) return refuse('OUT_OF_RANGE');
  if (efficiency.lte(0) || efficiency.gt(MAX_EFFICIENCY)) return refuse('OUT_OF_RANGE');
  const rule = { ...wanted, id: known?.id ?? wanted.id, efficiencyPercent: efficiency.toFixed() };
  const unchanged = known?.jobs === rule.jobs && known.efficiencyPercent === rule.efficiencyPercent;
  return accept(known && unchanged ? known : rule);
}

export type Shift = Readonly<{ factoryId: string; shiftDate: string; name: string; startsAt: Date; endsAt: Date }>;
type Station = Readonly<{ capacity: number; retiredAt: Date | null }>;

export type ShiftCapacity = Readonly<{
  shift: Shift;
  availableSeconds: number;
  jobs: number;
  efficiencyPercent: string;
  capacitySeconds: string;
}>;

/** A shift's own rule goes before one for all shifts, a later one before an earlier. A retired station can do nothing. */
export function capacityOf(station: Station, rules: readonly CapacityRule[], shift: Shift): ShiftCapacity {
  const holding = rules
    .filter(({ validFrom }) => validFrom <= shift.shiftDate)
    .sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1));
  const rule = holding.find((it) => it.shift === shift.name) ?? holding.find((it) => it.shift === null);
  const isRetired = station.retiredAt !== null && station.retiredAt <= shift.startsAt;
  const jobs = isRetired ? 0 : (rule?.jobs ?? station.capacity);
  const efficiencyPercent = rule?.efficiencyPercent ?? '100';
  const availableSeconds = (shift.endsAt.getTime() - shift.startsAt.getTime()) / 1000;
  const capacitySeconds = new Decimal(availableSeconds).times(jobs).times(efficiencyPercent).div(100);
  return { shift, availableSeconds, jobs, efficiencyPercent, capacitySeconds: rounded(capacitySeconds) };
}

export type DayCapacity = Readonly<{ date: string; shifts: readonly ShiftCapacity[]; capacitySeconds: string }>;

export function dayCapacity(
  station: Station,
  rules: readonly CapacityRule[],
  date: string,
  shifts: readonly Shift[],
): DayCapacity {
  const capacities = shifts.map((shift) => capacityOf(station, rules, shift));
  return { date, shifts: capacities, capacitySeconds: sum(capacities.map(({ capacitySeconds }) => capacitySeconds)) };
}

/** What an open operation still takes: its set-up if it has not begun, and the run of the pieces that are missing. */
export type Requirement = Readonly<{ date: string | null; requiredSeconds: string }>;

export type DayLoad = Readonly<{
  date: string;
  requiredSeconds: string;
  capacitySeconds: string;
  loadPercent: string | null;
  isOverloaded: boolean;
}>;

const DAY_MS = 24 * 60 * 60 * 1000;
const WARNING_PERCENT = 110;

export function loadOf(days: readonly DayCapacity[], requirements: readonly Requirement[]): readonly DayLoad[] {
  return days.map(({ date, capacitySeconds }) => {
    const requiredSeconds = requiredOn(requirements, date);
    const capacity = new Decimal(capacitySeconds);
    const percent = capacity.isZero() ? null : new Decimal(requiredSeconds).times(100).div(capacity);
    const isOverloaded = percent ? percent.gt(WARNING_PERCENT) : new Decimal(requiredSeconds).gt(0);
    return { date, requiredSeconds, capacitySeconds, loadPercent: percent && rounded(percent), isOverloaded };
  });
}

/** What is required on a day, or without a day. */
export const requiredOn = (requirements: readonly Requirement[], date: string | null): string =>
  sum(requirements.filter((it) => it.date === date).map(({ requiredSeconds }) => requiredSeconds));

/** Every instant of the days in whatever zone, and some more. */
export const instantsAround = (from: string, to: string): { from: Date; to: Date } => ({
  from: new Date(Date.parse(from) - DAY_MS),
  to: new Date(Date.parse(to) + 2 * DAY_MS),
});

export const missingPieces = (ordered: string, good: string): string =>
  Decimal.max(0, new Decimal(ordered).minus(good)).toFixed();

const sum = (numbers: readonly string[]): string =>
  rounded(numbers.reduce((total, number) => total.plus(number), new Decimal(0)));

const rounded = (number: Decimal): string => number.toDecimalPlaces(4).toFixed();
