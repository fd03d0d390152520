/** Plants, lines and stations. Pure: the caller brings the data. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';

export type Factory = Readonly<{
  id: string;
  name: string;
  timeZone: string;
  overproductionPercent: string;
  /** Moves when the time zone or the shifts change. */
  calendarVersion: number;
}>;

export type Area = Readonly<{ id: string; factoryId: string; code: string; name: string }>;

export type ProductionLine = Readonly<{
  id: string;
  factoryId: string;
  areaId: string | null;
  code: string;
  name: string;
}>;

export type Station = Readonly<{
  id: string;
  factoryId: string;
  lineId: string | null;
  code: string;
  name: string;
  /** Jobs at once. */
  capacity: number;
  equipmentClass: string | null;
  /** Set when the station gets no new work. */
  retiredAt: Date | null;
}>;

export type FactorySettings = Pick<Factory, 'id' | 'name' | 'timeZone' | 'overproductionPercent'>;

/** A plant's settings, new or changed. A new time zone moves the calendar: shifts begin at other instants. */
export function defineFactory(
  known: Factory | null,
  settings: FactorySettings,
): Decision<Factory, never, 'BAD_NAME' | 'UNKNOWN_TIME_ZONE' | 'OUT_OF_RANGE'> {
  if (!isLabel(settings.name)) return refuse('BAD_NAME');
  if (!isTimeZone(settings.timeZone)) return refuse('UNKNOWN_TIME_ZONE');
  const percent = new Decimal(settings.overproductionPercent);
  if (percent.lt(0) || percent.gt(100)) return refuse('OUT_OF_RANGE');
  const { id, name, timeZone } = settings;
  const calendarVersion = known ? known.calendarVersion + (known.timeZone === timeZone ? 0 : 1) : 1;
  return accept({ id, name, timeZone, overproductionPercent: percent.toFixed(), calendarVersion });
}

export const sameSettings = (one: Factory, other: Factory): boolean =>
  one.name === other.name &&
  one.timeZone === other.timeZone &&
  new Decimal(one.overproductionPercent).eq(other.overproductionPercent);

export function defineArea(known: Area | null, area: Area): Decision<Area, never, 'BAD_NAME'> {
  if (!isLabel(area.code) || !isLabel(area.name)) return refuse('BAD_NAME');
  return accept(known ? { ...known, name: area.name } : area);
}

export const sameArea = (one: Area, other: Area): boolean => one.name === other.name;

export function defineLine(
  known: ProductionLine | null,
  line: ProductionLine,
): Decision<ProductionLine, never, 'BAD_NAME'> {
  if (!isLabel(line.code) || !isLabel(line.name)) return refuse('BAD_NAME');
  return accept(known ? { ...line, id: known.id } : line);
}

export const sameLine = (one: ProductionLine, other: ProductionLine): boolean =>
  one.name === other.name && one.areaId === other.areaId;

/** A retired station stays retired, whatever else is said about it. */
export function defineStation(
  known: Station | null,
  station: Station,
): Decision<Station, never, 'BAD_NAME' | 'OUT_OF_RANGE'> {
  const { code, name, equipmentClass } = station;
  if (![code, name, ...(equipmentClass === null ? [] : [equipmentClass])].every(isLabel)) return refuse('BAD_NAME');
  if (station.capacity < 1) return refuse('OUT_OF_RANGE');
  return accept(known ? { ...station, id: known.id, retiredAt: known.retiredAt } : station);
}

export const sameStation = (one: Station, other: Station): boolean =>
  one.name === other.name &&
  one.lineId === other.lineId &&
  one.capacity === other.capacity &&
  one.equipmentClass === other.equipmentClass;

/** No new work from now on; or work again. Answers the station itself when nothing changes. */
export const retire = (station: Station, at: Date): Station =>
  station.retiredAt ? station : { ...station, retiredAt: at };

export const reinstate = (station: Station): Station => (station.retiredAt ? { ...station, retiredAt: null } : station);

// An offset such as +08:00 would pass as a zone too, but knows nothing of clock changes.
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,99}$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
