/** What PostgreSQL and JSON can both hold: no control characters (above all NUL) and no half of a surrogate pair. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
// Notes may have lines and tabs.
const UNWRITABLE = /(?![\n\r\t])[\p{Cc}\p{Cs}]/u;

/** Codes, names, numbers, request ids: one line of 1 to 100 characters that is not blank. */
export const isLabel = (text: string): boolean =>
  text.length <= 100 && text.trim().length > 0 && !UNPRINTABLE.test(text);

/** Remarks of people: up to 1,000 characters on any number of lines. */
export const isNote = (text: string): boolean => text.length <= 1_000 && !UNWRITABLE.test(text);
