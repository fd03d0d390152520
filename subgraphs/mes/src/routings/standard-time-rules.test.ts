import { describe, expect, it } from 'vitest';
import { runSeconds, standardSeconds, standardTimeOf } from './standard-time-rules.ts';

const turning = {
  sequence: 10,
  after: null,
  with: null,
  setupSeconds: '600',
  runSecondsPerPiece: '90',
  runSecondsPerBatch: null,
  batchQuantity: null,
};
const furnace = { ...turning, sequence: 20, runSecondsPerPiece: null, runSecondsPerBatch: '3600', batchQuantity: '40' };
const unknown = { ...turning, sequence: 30, setupSeconds: null, runSecondsPerPiece: null };

describe('the standard time of an operation', () => {
  it.each([
    ['pieces', turning, '10', '900', '1500'],
    ['parts of a piece', turning, '0.5', '45', '645'],
    ['a full batch', furnace, '40', '3600', '4200'],
    ['a batch begun', furnace, '40.0001', '7200', '7800'],
    ['nothing', furnace, '0', '0', '600'],
    ['less than nothing, as after corrections', turning, '-3', '0', '600'],
  ])('of %s', (_case, times, quantity, run, total) => {
    expect(runSeconds(times, quantity)).toBe(run);
    expect(standardSeconds(times, quantity)).toBe(total);
  });

  it('is not guessed where the routing has none', () => {
    expect(runSeconds(unknown, '5')).toBeNull();
    expect(standardSeconds(unknown, '5')).toBe('0');
  });
});

describe('the standard time of a routing', () => {
  it('is all of it, one after the other', () => {
    expect(standardTimeOf([turning, furnace], '10')).toEqual({
      setupSeconds: '1200',
      runSeconds: '4500',
      totalSeconds: '5700',
      criticalPathSeconds: '5700',
    });
  });

  it('has a critical path where operations run side by side', () => {
    const operations = [turning, { ...furnace, after: [] }, { ...turning, sequence: 30, after: [10, 20] }];
    expect(standardTimeOf(operations, '10')).toMatchObject({ totalSeconds: '7200', criticalPathSeconds: '5700' });
  });

  it('lets an operation that runs beside another begin with it', () => {
    const operations = [turning, { ...furnace, with: [10] }];
    expect(standardTimeOf(operations, '10')).toMatchObject({ totalSeconds: '5700', criticalPathSeconds: '4200' });
  });
});
