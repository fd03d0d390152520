/** The GS1 check digit: modulo 10, weights 3 and 1 from the right (GS1 General Specifications, 7.9). Pure. */

/** The digit that belongs behind the body; null when the body is not made of digits. */
export function checkDigitOf(body: string): string | null {
  if (!/^\d{1,40}$/.test(body)) return null;
  let sum = 0;
  for (let at = 0; at < body.length; at++) sum += Number(body[body.length - 1 - at]) * (at % 2 === 0 ? 3 : 1);
  return String((10 - (sum % 10)) % 10);
}

/** Whether the last digit is the check digit of those before it. */
export const hasCheckDigit = (key: string): boolean =>
  key.length > 1 && checkDigitOf(key.slice(0, -1)) === key.slice(-1);

const GTIN_LENGTHS: readonly number[] = [8, 12, 13, 14];

/** GTIN-8, -12, -13 or -14. */
export const isGtin = (text: string): boolean => GTIN_LENGTHS.includes(text.length) && hasCheckDigit(text);

/** Every GTIN as 14 digits, which is how a barcode carries it and how two of them are compared. */
export const toGtin14 = (gtin: string): string => gtin.padStart(14, '0');
