import { describe, expect, it } from 'vitest';
import { daysOf } from './rules.ts';

describe('the days of a report', () => {
  it('include the first and the last one, over the end of a month', () => {
    expect(daysOf('2024-02-28', '2024-03-01', 31)).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    expect(daysOf('2026-03-29', '2026-03-29', 1)).toEqual(['2026-03-29']);
  });

  it('are none when they run backwards or are too many', () => {
    expect(daysOf('2026-03-02', '2026-03-01', 31)).toBeNull();
    expect(daysOf('2026-03-01', '2026-04-01', 31)).toBeNull();
  });
});
