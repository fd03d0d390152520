import { Decimal } from 'decimal.js';

/** Quantities fit numeric(18,4): at most 14 digits before the point and 4 after it. */
const LIMIT = new Decimal('1e14');
const PATTERN = /^-?\d{1,20}(\.\d{1,20})?$/;

/** Reads a decimal that fits a column, or null. Exponents, NaN, Infinity and hexadecimal are not quantities. */
export function readDecimal(text: string): Decimal | null {
  if (!PATTERN.test(text)) return null;
  const value = new Decimal(text);
  return value.abs().gte(LIMIT) || value.decimalPlaces() > 4 ? null : value;
}

const CANONICAL = /^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/;

/** Canonical text: no exponent, no trailing zeros. */
export const writeDecimal = (value: Decimal.Value): string =>
  // Mostly it is that already, and a list has hundreds of them.
  typeof value === 'string' && CANONICAL.test(value) ? value : new Decimal(value).toFixed();
