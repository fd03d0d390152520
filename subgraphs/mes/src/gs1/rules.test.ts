import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applicationIdentifiers } from './application-identifier-rules.ts';
import { checkDigitOf, hasCheckDigit } from './check-digit-rules.ts';
import { build, label, parse, SEPARATOR } from './rules.ts';

type Cases = {
  checkDigitValid: { value: string; valid: boolean }[];
  checkDigitCompute: { body: string; checkDigit: string }[];
  elementStrings: { in: string; out: [string, string][] }[];
  invalidElementStrings: { in: string; error: string }[];
  decimals: { ai: string; value: string; meaning: string }[];
};
const cases = JSON.parse(readFileSync(new URL('test-data/gs1.json', import.meta.url), 'utf8')) as Cases;

const today = new Date('2026-11-22T12:00:00Z');
const scanned = (text: string) => text.replaceAll('<GS>', SEPARATOR);
const elementsOf = (data: string) => {
  const decision = parse(data, today);
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusal));
  return decision.state;
};
const refusalOf = (data: string) => {
  const decision = parse(data, today);
  return decision.ok ? null : decision.refusal;
};

describe('the check digit', () => {
  it.each(cases.checkDigitValid)('of $value is right: $valid', ({ value, valid }) => {
    expect(hasCheckDigit(value)).toBe(valid);
  });
  it.each(cases.checkDigitCompute)('of $body is $checkDigit', ({ body, checkDigit }) => {
    expect(checkDigitOf(body)).toBe(checkDigit);
  });
});

describe('an element string', () => {
  it.each(cases.elementStrings)('$in is read', ({ in: data, out }) => {
    expect(elementsOf(scanned(data)).map(({ ai, value }) => [ai, value])).toEqual(out);
  });

  it.each(cases.invalidElementStrings)('$in is refused: $error', ({ in: data, error }) => {
    const { code, ai } = refusalOf(scanned(data))!;
    if (error.startsWith('check')) expect(code).toBe('BAD_CHECK_DIGIT');
    else if (error.startsWith('date')) expect(code).toBe('BAD_DATE');
    else expect(code).toBe('BAD_CHARACTER');
    expect(ai).toBe(/\d\d$/.exec(error)?.[0] ?? '17');
  });

  it.each(cases.decimals)('$ai $value means $meaning', ({ ai, value, meaning }) => {
    const [element] = elementsOf(ai + value);
    expect(meaning).toContain(element!.decimal);
  });

  it.each([']C1', ']d2', ']Q3', ']e0', SEPARATOR, `]C1${SEPARATOR}`])('may begin with %j', (prefix) => {
    expect(elementsOf(`${prefix}10ABC`)).toMatchObject([{ ai: '10', value: 'ABC', title: 'BATCH/LOT' }]);
  });

  it('is read from a label, too', () => {
    const read = elementsOf('(01)05412345000013(10)A(B)C(17)290331');
    expect(read.map(({ value }) => value)).toEqual(['05412345000013', 'A(B)C', '290331']);
  });

  it.each([
    ['', 'EMPTY', 1, null],
    [']C1', 'EMPTY', 4, null],
    [']z9', 'UNKNOWN_SYMBOLOGY', 1, null],
    ['ABC', 'UNKNOWN_AI', 1, null],
    ['10ABC<GS>0599', 'UNKNOWN_AI', 7, '0599'],
    ['10ABC<GS><GS>17290331', 'EMPTY', 7, null],
    ['10', 'VALUE_TOO_SHORT', 3, '10'],
    ['0105412345', 'VALUE_TOO_SHORT', 3, '01'],
    ['10ABCDEFGHIJKLMNOPQRSTU', 'VALUE_TOO_LONG', 23, '10'],
    ['00123456789012345670', 'BAD_CHECK_DIGIT', 20, '00'],
    ['4101234567890129', 'BAD_CHECK_DIGIT', 16, '410'],
    ['8006154123450000100302', 'BAD_VALUE', 19, '8006'],
    ['17290229', 'BAD_DATE', 3, '17'],
    ['10AB C', 'BAD_CHARACTER', 5, '10'],
    ['17ABCDEF', 'BAD_CHARACTER', 3, '17'],
    ['8010abc', 'BAD_CHARACTER', 5, '8010'],
    ['8030ab+c', 'BAD_CHARACTER', 7, '8030'],
    ['8008261128' + '2460', 'BAD_VALUE', 11, '8008'],
    ['8008261128' + '0860', 'BAD_VALUE', 13, '8008'],
    ['8008261128' + '08595', 'VALUE_TOO_SHORT', 5, '8008'],
    ['42315627', 'VALUE_TOO_SHORT', 4, '423'],
    ['0312345678901232', 'BAD_CHECK_DIGIT', 16, '03'],
    ['7003261100' + '0800', 'BAD_DATE', 5, '7003'],
    ['10ABC<GS>10ABD', 'AI_REPEATED', 9, '10'],
    ['(99', 'UNKNOWN_AI', 1, null],
    ['(05)12', 'UNKNOWN_AI', 2, '05'],
  ])('%j is refused as %s at %i', (data, code, position, ai) => {
    expect(refusalOf(scanned(data))).toEqual({ code, position, ai });
  });

  it.each([
    ['(03)12345678901231(10)A', ['12345678901231', 'A']],
    ['(8008)261128083000', ['261128083000']],
    ['(8008)26112808', ['26112808']],
    ['(423)156276(8014)ABC-1(8030)aB_-=', ['156276', 'ABC-1', 'aB_-=']],
    ['(4324)2611009999', ['2611009999']],
  ])('%s is read', (data, values) => {
    expect(elementsOf(data).map(({ value }) => value)).toEqual(values);
  });

  it('is refused when nobody can have scanned it', () => {
    expect(refusalOf('1'.repeat(1_001))).toEqual({ code: 'TOO_LONG', position: 1_001, ai: null });
  });

  it.each([
    ['290200', '2029-02-28'],
    ['280200', '2028-02-29'],
    ['760101', '2076-01-01'],
    ['770101', '1977-01-01'],
  ])('reads the date %s as %s', (value, day) => {
    expect(elementsOf(`17${value}`)).toMatchObject([{ date: day }]);
  });

  it('may say 31 December 1999 and 1 January 2000 at the turn of a century', () => {
    const at = (data: string, day: string) => parse(data, new Date(`${day}T00:00:00Z`));
    expect(at('17010101', '1999-06-01')).toMatchObject({ ok: true, state: [{ date: '2001-01-01' }] });
    expect(at('17991231', '2001-06-01')).toMatchObject({ ok: true, state: [{ date: '1999-12-31' }] });
  });
});

describe('whatever is built', () => {
  const set82 = `!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`;
  const text = (most: number) => fc.string({ unit: fc.constantFrom(...set82), minLength: 1, maxLength: most });
  const digits = (count: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: count, maxLength: count });
  const keyed = (count: number) => digits(count).map((body) => body + checkDigitOf(body)!);
  const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2070-01-01'), noInvalidDate: true });
  const pairs = fc.uniqueArray(
    fc.oneof(
      keyed(13).map((value) => ({ ai: '01', value })),
      keyed(17).map((value) => ({ ai: '00', value })),
      text(20).map((value) => ({ ai: '10', value })),
      text(20).map((value) => ({ ai: '21', value })),
      day.map((at) => ({ ai: '17', value: at.toISOString().slice(2, 10).replaceAll('-', '') })),
      digits(6).map((value) => ({ ai: '3103', value })),
      digits(9).map((value) => ({ ai: '3922', value })),
      keyed(13).map((value) => ({ ai: '03', value })),
      keyed(12).map((value) => ({ ai: '414', value })),
      text(30).map((value) => ({ ai: '90', value })),
    ),
    { minLength: 1, selector: ({ ai }) => ai },
  );

  it('is read again as it was', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        expect(elementsOf(build(given)).map(({ ai, value }) => ({ ai, value }))).toEqual(given);
      }),
    );
  });

  it('is answered or refused, never an accident', () => {
    const scan = fc.string({ unit: fc.constantFrom(...set82, SEPARATOR, ']', '£'), maxLength: 60 });
    fc.assert(fc.property(scan, (data) => typeof parse(data, today).ok === 'boolean'));
  });

  it('stands on the label with its AIs in parentheses', () => {
    expect(label([{ ai: '01', value: '05412345000013' }])).toBe('(01)05412345000013');
  });
});

it('no AI is the beginning of another one', () => {
  const known = [...applicationIdentifiers.keys()];
  for (const ai of known) expect(known.filter((other) => other !== ai && other.startsWith(ai))).toEqual([]);
});
