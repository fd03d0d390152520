/** GS1 element strings: AIs and their values as a scanner gives them. Pure: the caller brings the day. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import {
  applicationIdentifiers,
  hasPredefinedLength,
  type ApplicationIdentifier,
} from './application-identifier-rules.ts';
import { hasCheckDigit } from './check-digit-rules.ts';

export type Element = Readonly<{
  ai: string;
  title: string;
  value: string;
  /** The value as a number, with the decimal places that the AI implies. */
  decimal: string | null;
  /** The day of a date. */
  date: string | null;
}>;

export type Gs1Code =
  | 'EMPTY'
  | 'TOO_LONG'
  | 'UNKNOWN_SYMBOLOGY'
  | 'UNKNOWN_AI'
  | 'VALUE_TOO_SHORT'
  | 'VALUE_TOO_LONG'
  | 'BAD_CHARACTER'
  | 'BAD_CHECK_DIGIT'
  | 'BAD_DATE'
  | 'BAD_VALUE'
  | 'AI_REPEATED';

/** What is wrong, where (counted from 1 in the data as sent), and in which AI. */
export type Gs1Refusal = Readonly<{ code: Gs1Code; position: number; ai: string | null }>;
type Parsed<State> = Decision<State, never, Gs1Refusal>;

/** FNC1 behind a value of variable length, as scanners send it. */
export const SEPARATOR = '\u001d';
const MAX_LENGTH = 1_000;
const SYMBOLOGY = /^\](C1|d2|Q3|e0|J1)/;
const SETS: Readonly<Record<string, RegExp>> = {
  n: /[^0-9]/,
  x: /[^!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]/,
  y: /[^#\-/0-9A-Z]/,
  z: /[^0-9A-Za-z_\-=]/,
};

type Raw = Readonly<{ ai: string; value: string; /** Where the value begins, from 0. */ at: number }>;

/** Reads what a scanner sends, or the same as people read it, with the AIs in parentheses. */
export function parse(data: string, today: Date): Parsed<readonly Element[]> {
  if (data.length > MAX_LENGTH) return refuse({ code: 'TOO_LONG', position: MAX_LENGTH + 1, ai: null });
  const begin = SYMBOLOGY.exec(data)?.[0].length ?? 0;
  if (begin === 0 && data.startsWith(']')) return refuse({ code: 'UNKNOWN_SYMBOLOGY', position: 1, ai: null });
  const raws = data[begin] === '(' ? readLabel(data, begin) : readScan(data, begin);
  if (!raws.ok) return raws;
  if (raws.state.length === 0) return refuse({ code: 'EMPTY', position: begin + 1, ai: null });

  const elements: Element[] = [];
  for (const raw of raws.state) {
    const element = readValue(raw, applicationIdentifiers.get(raw.ai)!, today);
    if (!element.ok) return element;
    const twin = elements.find(({ ai }) => ai === raw.ai);
    if (twin && twin.value !== raw.value) return refuse({ code: 'AI_REPEATED', position: raw.at + 1, ai: raw.ai });
    if (!twin) elements.push(element.state);
  }
  return accept(elements);
}

function readScan(data: string, begin: number): Parsed<readonly Raw[]> {
  const raws: Raw[] = [];
  let at = begin;
  while (at < data.length) {
    if (data[at] === SEPARATOR) {
      // In front of all, and behind a value of predefined length, one is superfluous and harmless.
      at += 1;
      if (data[at] === SEPARATOR) return refuse({ code: 'EMPTY', position: at + 1, ai: null });
      continue;
    }
    const identifier = identifierAt(data, at);
    if (!identifier) return refuse({ code: 'UNKNOWN_AI', position: at + 1, ai: digitsAt(data, at) });
    const { ai, format } = identifier;
    const from = at + ai.length;
    const next = data.indexOf(SEPARATOR, from);
    const end = next < 0 ? data.length : next;
    at = hasPredefinedLength(ai) ? Math.min(end, from + Number(/\d+/.exec(format)![0])) : end;
    raws.push({ ai, value: data.slice(from, at), at: from });
  }
  return accept(raws);
}

function readLabel(data: string, begin: number): Parsed<readonly Raw[]> {
  const marks = [...data.matchAll(/\((\d{2,4})\)/g)].filter(({ 1: ai, index }) => {
    return index === begin || applicationIdentifiers.has(ai!);
  });
  const raws: Raw[] = [];
  for (const [place, mark] of marks.entries()) {
    const ai = mark[1]!;
    if (!applicationIdentifiers.has(ai)) return refuse({ code: 'UNKNOWN_AI', position: mark.index + 2, ai });
    const at = mark.index + mark[0].length;
    raws.push({ ai, value: data.slice(at, marks[place + 1]?.index ?? data.length), at });
  }
  return marks[0]?.index === begin ? accept(raws) : refuse({ code: 'UNKNOWN_AI', position: begin + 1, ai: null });
}

function identifierAt(data: string, at: number): ApplicationIdentifier | undefined {
  for (const length of [2, 3, 4]) {
    const identifier = applicationIdentifiers.get(data.slice(at, at + length));
    if (identifier) return identifier;
  }
  return undefined;
}

const digitsAt = (data: string, at: number): string | null => /^\d{2,4}/.exec(data.slice(at, at + 4))?.[0] ?? null;

function readValue(raw: Raw, identifier: ApplicationIdentifier, today: Date): Parsed<Element> {
  const { ai, value } = raw;
  const wrong = (code: Gs1Code, at = 0) => refuse({ code, position: raw.at + at + 1, ai });
  let at = 0;
  let date: string | null = null;
  let last = '';
  for (const part of identifier.format.split(' ')) {
    const [, optional, set, upTo, length, check] = /^(\[?)([nxyz])(\.\.)?(\d+)(?:\/(\w+))?\]?$/.exec(part)!;
    const text = value.slice(at, at + Number(length));
    if (optional && text === '') continue;
    const bad = text.search(SETS[set!]!);
    if (bad >= 0) return wrong('BAD_CHARACTER', at + bad);
    if (text === '' || (!upTo && text.length < Number(length))) return wrong('VALUE_TOO_SHORT');
    if (check === 'check' && !hasCheckDigit(text)) return wrong('BAD_CHECK_DIGIT', at + text.length - 1);
    if (check === 'date' || check === 'day0') {
      const day = readDay(text, today, check === 'day0');
      if (!day) return wrong('BAD_DATE', at);
      date ??= day;
    }
    if (!isPlausible(text, check)) return wrong('BAD_VALUE', at);
    at += text.length;
    last = text;
  }
  if (at < value.length) return wrong('VALUE_TOO_LONG', at);
  const decimal =
    identifier.places === null ? null : new Decimal(last).div(Decimal.pow(10, identifier.places)).toFixed();
  return accept({ ai, title: identifier.title, value, decimal, date });
}

function isPlausible(text: string, check: string | undefined): boolean {
  if (check === 'zero') return text === '0';
  if (check === 'hour') return Number(text) < 24;
  if (check === 'sixty') return Number(text) < 60;
  if (check === 'time') return Number(text.slice(0, 2)) < 24 && Number(text.slice(2)) < 60;
  if (check !== 'count') return true;
  const [piece, total] = [Number(text.slice(0, 2)), Number(text.slice(2))];
  return piece > 0 && piece <= total;
}

/**
 * YYMMDD as a day. The century is the one that brings the year within 49 years before and 50 after today's
 * (GS1 General Specifications, 7.12). Where the day may be 00, it is the last one of the month.
 */
function readDay(text: string, today: Date, mayLackDay: boolean): string | null {
  const [year, month, day] = [text.slice(0, 2), text.slice(2, 4), text.slice(4, 6)].map(Number) as [
    number,
    number,
    number,
  ];
  const thisYear = today.getUTCFullYear();
  const ahead = year - (thisYear % 100);
  const century = Math.floor(thisYear / 100) + (ahead >= 51 ? -1 : ahead <= -50 ? 1 : 0);
  const fullYear = century * 100 + year;
  if (month < 1 || month > 12) return null;
  const lastDay = new Date(Date.UTC(fullYear, month, 0)).getUTCDate();
  if (day > lastDay || (day === 0 && !mayLackDay)) return null;
  return new Date(Date.UTC(fullYear, month - 1, day || lastDay)).toISOString().slice(0, 10);
}

export type Pair = Readonly<{ ai: string; value: string }>;

/** As a barcode carries it, without the FNC1 in front. */
export const build = (pairs: readonly Pair[]): string =>
  pairs
    .map(({ ai, value }, place) =>
      hasPredefinedLength(ai) || place === pairs.length - 1 ? ai + value : ai + value + SEPARATOR,
    )
    .join('');

/** As people read it beside the barcode. */
export const label = (pairs: readonly Pair[]): string => pairs.map(({ ai, value }) => `(${ai})${value}`).join('');

/** YYMMDD. */
export const writeDay = (day: string): string => day.slice(2).replaceAll('-', '');
