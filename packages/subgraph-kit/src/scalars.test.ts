import { describe, expect, it } from 'vitest';
import { scalars } from './scalars.ts';

const { DateTime, LocalDate, Decimal } = scalars;

describe('DateTime', () => {
  it('reads an instant with an offset and writes it in UTC', () => {
    const instant = DateTime.parseValue('2012-01-30T14:24:00+08:00');
    expect(DateTime.serialize(instant)).toBe('2012-01-30T06:24:00.000Z');
  });

  it.each([
    '2012-01-30',
    '2012-02-30T00:00:00Z',
    '2012-01-30T24:01:00Z',
    '0000-01-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-12:00',
    '0001-01-01T00:00:00+08:00',
    5,
    null,
  ])('refuses %j', (value) => expect(() => DateTime.parseValue(value)).toThrow(/RFC 3339/));
});

describe('LocalDate', () => {
  it('keeps a leap day', () => expect(LocalDate.parseValue('2012-02-29')).toBe('2012-02-29'));

  it.each(['2011-02-29', '0000-01-01', '2012-1-3', '12012-01-01', 20120130])('refuses %j', (value) => {
    expect(() => LocalDate.parseValue(value)).toThrow(/calendar/);
  });
});

describe('Decimal', () => {
  it('reads text and whole numbers', () => {
    expect([Decimal.parseValue('1.50'), Decimal.parseValue(3)]).toEqual(['1.5', '3']);
  });

  it.each(['NaN', Number.NaN, 1e308, '1e3', {}, true])('refuses %j', (value) => {
    expect(() => Decimal.parseValue(value)).toThrow(/14 digits/);
  });
});
