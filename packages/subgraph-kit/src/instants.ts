const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Years 1 to 9999 in UTC: what is written with four digits, and PostgreSQL and its drivers agree about. */
export const isStorable = (instant: Date): boolean => instant.getTime() >= FIRST && instant.getTime() <= LAST;

/** The nearest instant that can be stored, for the ends of days at the ends of time. */
export const storable = (milliseconds: number): Date => new Date(Math.min(Math.max(milliseconds, FIRST), LAST));
