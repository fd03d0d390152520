/** Which days a daily report covers. Pure. */
const DAY_MS = 24 * 60 * 60 * 1000;

export const MAX_DAYS_READ = 366;
export const MAX_DAYS_REBUILT = 31;

/** Every day from the first to the last, both included; null when that is none or more than `most`. */
export function daysOf(from: string, to: string, most: number): string[] | null {
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (count < 1 || count > most) return null;
  return Array.from({ length: count }, (_, at) => new Date(Date.parse(from) + at * DAY_MS).toISOString().slice(0, 10));
}

export type Group = 'LINE' | 'STATION' | 'PRODUCT';

export type DailyReport = Readonly<{ factoryId: string; from: string; to: string; groupBy: readonly Group[] }>;

export type Figures = Readonly<{
  unit: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  reportCount: number;
}>;

export type DailyReportRow = Figures &
  Readonly<{ day: string; lineId: string | null; stationId: string | null; productId: string | null }>;

/** What is summed up together: what one station made of one product on one day. */
export type Cell = Readonly<{
  factoryId: string;
  day: string;
  stationId: string | null;
  productId: string;
  unit: string;
}>;
