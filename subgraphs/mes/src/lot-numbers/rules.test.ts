import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCounted, periodOf, refusePattern, writeNumber } from './rules.ts';

const facts = {
  // Half past four in the morning of the next day in Shanghai.
  at: new Date('2026-11-22T20:30:00Z'),
  timeZone: 'Asia/Shanghai',
  plant: 'SH',
  order: 'WO-7',
  product: 'P1',
  shift: 'night',
};

describe('a pattern', () => {
  it.each([
    '{yyyy}{MM}{dd}-{seq:4}',
    '{seq:1}',
    'L{yy}{seq:9}',
    '{order}',
    '{dd}/{order}',
    '{plant}-{product}-{shift?}-{seq:3}',
  ])('%s is a numbering rule', (pattern) => expect(refusePattern(pattern)).toBeNull());

  it.each([
    ['', 'BAD_TEXT'],
    ['x'.repeat(101), 'BAD_TEXT'],
    ['{seq:4}\n', 'BAD_TEXT'],
    ['{seq}', 'UNKNOWN_TOKEN'],
    ['{seq:0}', 'UNKNOWN_TOKEN'],
    ['{seq:10}', 'UNKNOWN_TOKEN'],
    ['{order', 'UNKNOWN_TOKEN'],
    ['{SEQ:4}', 'UNKNOWN_TOKEN'],
    ['{shift}{seq:4}', 'UNKNOWN_TOKEN'],
    ['{yyyy}{MM}{dd}', 'NOT_UNIQUE'],
    ['{dd}{seq:4}', 'PERIOD_COMES_AGAIN'],
    ['{yyyy}{dd}{seq:4}', 'PERIOD_COMES_AGAIN'],
    ['{MM}{seq:4}', 'PERIOD_COMES_AGAIN'],
  ])('%j is refused: %s', (pattern, code) => expect(refusePattern(pattern)).toBe(code));

  it.each([
    ['{yyyy}{MM}{dd}-{seq:4}', '20261123-0012'],
    ['{yy}{MM}{seq:2}', '261112'],
    ['{yy}{seq:1}', '2612'],
    ['{plant}/{product}/{order}/{shift?}/{seq:3}', 'SH/P1/WO-7/night/012'],
  ])('%s gives %s', (pattern, number) => expect(writeNumber(pattern, facts, 12)).toBe(number));

  it('leaves out a shift that nobody works', () => {
    expect(writeNumber('{order}-{shift?}', { ...facts, shift: null }, 0)).toBe('WO-7-');
  });

  it('gives way to the number of the order where a label would not hold it', () => {
    expect(writeNumber('{product}-{order}', { ...facts, product: 'P'.repeat(99) }, 0)).toBe('WO-7');
  });

  it.each([
    ['{yyyy}{MM}{dd}{seq:4}', '2026-11-23'],
    ['{yyyy}{MM}{seq:4}', '2026-11'],
    ['{yy}{seq:4}', '2026'],
    ['{seq:4}', ''],
  ])('%s is counted anew in each period: %j', (pattern, period) => expect(periodOf(pattern, facts)).toBe(period));

  it('that counts gives another number for every count, also beyond its digits', () => {
    const literal = fc.constantFrom('', '-', 'L', '/');
    const tokens = fc.constantFrom('{yyyy}{MM}{dd}', '{yyyy}{MM}', '{yy}', '', '{order}');
    fc.assert(
      fc.property(
        literal,
        tokens,
        literal,
        fc.integer({ min: 1, max: 9 }),
        fc.nat(100_000),
        fc.nat(100_000),
        (a, t, b, n, x, y) => {
          const pattern = `${a}${t}${b}{seq:${n}}`;
          expect([refusePattern(pattern), isCounted(pattern)]).toEqual([null, true]);
          expect(writeNumber(pattern, facts, x) === writeNumber(pattern, facts, y)).toBe(x === y);
        },
      ),
    );
  });
});
