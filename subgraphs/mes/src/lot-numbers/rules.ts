/** Numbering rules for lots: a pattern such as {yyyy}{MM}{dd}-{seq:4}. Pure: the caller brings the facts. */
import { Temporal } from 'temporal-polyfill';
import { isLabel } from '../text-rules.ts';

export type PatternRefusal =
  /** Empty, longer than 100 characters, or with characters that cannot be printed. */
  | 'BAD_TEXT'
  /** A brace without its partner, or a token that does not exist. */
  | 'UNKNOWN_TOKEN'
  /** Neither {seq:n} nor {order}: two orders would get one number. */
  | 'NOT_UNIQUE'
  /** A day without its month or a month without its year: the numbers would come again. */
  | 'PERIOD_COMES_AGAIN';

type Part = Readonly<{ literal: string } | { token: Token; digits: number }>;
type Token = 'yyyy' | 'yy' | 'MM' | 'dd' | 'order' | 'product' | 'plant' | 'shift?' | 'seq';

export type LotNumberFacts = Readonly<{
  at: Date;
  /** The plant's time zone: a day begins at its midnight. */
  timeZone: string;
  plant: string;
  order: string;
  product: string;
  /** The shift that runs at that instant, if any. */
  shift: string | null;
}>;

const TOKEN = /\{(yyyy|yy|MM|dd|order|product|plant|shift\?|seq:([1-9]))\}/g;

export function refusePattern(pattern: string): PatternRefusal | null {
  if (!isLabel(pattern)) return 'BAD_TEXT';
  if (/[{}]/.test(pattern.replace(TOKEN, ''))) return 'UNKNOWN_TOKEN';
  const tokens = tokensOf(pattern);
  if (!tokens.has('seq') && !tokens.has('order')) return 'NOT_UNIQUE';
  const hasYear = tokens.has('yyyy') || tokens.has('yy');
  const comesAgain = (tokens.has('dd') && !tokens.has('MM')) || (tokens.has('MM') && !hasYear);
  return comesAgain && !tokens.has('order') ? 'PERIOD_COMES_AGAIN' : null;
}

/** The period whose numbers are counted together: the day, month or year that the pattern names, else all time. */
export function periodOf(pattern: string, { at, timeZone }: Pick<LotNumberFacts, 'at' | 'timeZone'>): string {
  const day = dayOf(at, timeZone);
  const tokens = tokensOf(pattern);
  if (tokens.has('dd')) return day;
  if (tokens.has('MM')) return day.slice(0, 7);
  return tokens.has('yyyy') || tokens.has('yy') ? day.slice(0, 4) : '';
}

export const isCounted = (pattern: string): boolean => tokensOf(pattern).has('seq');

/** The number. One that is too long for a label is the order's own number, which is unique in its plant as well. */
export function writeNumber(pattern: string, facts: LotNumberFacts, sequence: number): string {
  const [year = '', month = '', day = ''] = dayOf(facts.at, facts.timeZone).split('-');
  const words: Readonly<Record<Exclude<Token, 'seq'>, string>> = {
    yyyy: year,
    yy: year.slice(-2),
    MM: month,
    dd: day,
    order: facts.order,
    product: facts.product,
    plant: facts.plant,
    'shift?': facts.shift ?? '',
  };
  const number = partsOf(pattern)
    .map((part) => {
      if ('literal' in part) return part.literal;
      return part.token === 'seq' ? String(sequence).padStart(part.digits, '0') : words[part.token];
    })
    .join('');
  return isLabel(number) ? number : facts.order;
}

const dayOf = (at: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();

const tokensOf = (pattern: string): ReadonlySet<Token> =>
  new Set(partsOf(pattern).flatMap((part) => ('token' in part ? [part.token] : [])));

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of pattern.matchAll(TOKEN)) {
    if (match.index > from) parts.push({ literal: pattern.slice(from, match.index) });
    const digits = Number(match[2] ?? 0);
    parts.push({ token: (digits > 0 ? 'seq' : match[1]) as Token, digits });
    from = match.index + match[0].length;
  }
  if (from < pattern.length) parts.push({ literal: pattern.slice(from) });
  return parts;
}
