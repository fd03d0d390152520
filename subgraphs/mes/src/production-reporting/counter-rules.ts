/** Pieces by the readings of a machine's counter. Pure. */
import { Decimal } from 'decimal.js';

export type Reading = Readonly<{ reading: string; readAt: Date }>;

export type CounterInput = Readonly<{
  counterId: string;
  /** Null means: the last reading that is known. */
  from: string | null;
  to: string;
  at: Date;
}>;

export type Counted = Readonly<{
  counterId: string;
  from: string;
  to: string;
  pieces: string;
  /** Whether `from` is what we remembered: then it must still be so when the report is written. */
  remembered: boolean;
}>;

export type CounterRefusal = 'BAD_READING' | 'NO_FIRST_READING' | 'READING_OUT_OF_ORDER';

/** What was made between two readings. A reading below the one before says that the counter began again at zero. */
export function count({ counterId, from, to, at }: CounterInput, last: Reading | null): Counted | CounterRefusal {
  if (new Decimal(to).lt(0) || (from !== null && new Decimal(from).lt(0))) return 'BAD_READING';
  if (from !== null) return { counterId, from, to, pieces: piecesBetween(from, to), remembered: false };
  if (!last) return 'NO_FIRST_READING';
  // A later reading has been counted from the one before this: the pieces up to here are in it.
  if (last.readAt > at) return 'READING_OUT_OF_ORDER';
  return { counterId, from: last.reading, to, pieces: piecesBetween(last.reading, to), remembered: true };
}

export function piecesBetween(from: string, to: string): string {
  const made = new Decimal(to).minus(from);
  return (made.lt(0) ? new Decimal(to) : made).toFixed();
}
