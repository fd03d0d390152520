import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { readDecimal, writeDecimal } from './decimals.ts';

describe('a quantity', () => {
  it.each(['0', '-1', '12.5', '99999999999999', '0.0001', '1.50'])('reads %s', (text) => {
    expect(readDecimal(text)?.eq(text)).toBe(true);
  });

  it.each(['', 'NaN', 'Infinity', '1e308', '0x10', '1.00001', '100000000000000', ' 1', '1,5', '--1', '.5', '1.'])(
    'refuses %j, which no column could keep as it was written',
    (text) => expect(readDecimal(text)).toBeNull(),
  );

  it('is written without exponent and without trailing zeros', () => {
    expect([writeDecimal('10.0000'), writeDecimal('0.0001'), writeDecimal(1e21)]).toEqual([
      '10',
      '0.0001',
      '1000000000000000000000',
    ]);
  });

  it.each(['0', '-7', '12.5', '-0.25', '100', '1.50', '007', '-0', '.5', '0.0'])(
    '%s is written as a number says it',
    (text) => {
      expect(writeDecimal(text)).toBe(writeDecimal(new Decimal(text)));
    },
  );
});
