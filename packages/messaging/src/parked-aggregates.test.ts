import { describe, expect, it } from 'vitest';
import { createParkedAggregates } from './parked-aggregates.ts';

describe('parked aggregates', () => {
  it('hold up nothing while nothing failed', () => {
    expect(createParkedAggregates().mustWait('S1', 'a', 0)).toBe(false);
  });

  it('let the failed event through, and the ones behind it only in their turn', () => {
    const parked = createParkedAggregates();
    parked.park('S1', 'a', 1_000, 0);
    expect(parked.mustWait('S1', 'b', 10)).toBe(true);
    parked.park('S1', 'b', 1_000, 10);
    expect(parked.mustWait('S1', 'a', 1_000)).toBe(false);
    parked.settle('S1', 'a');
    expect(parked.mustWait('S1', 'c', 1_005)).toBe(true);
    expect(parked.mustWait('S1', 'b', 1_010)).toBe(false);
    parked.settle('S1', 'b');
    expect(parked.mustWait('S1', 'c', 1_020)).toBe(false);
  });

  it('keep the place of an event that fails again, with its new delay', () => {
    const parked = createParkedAggregates();
    parked.park('S1', 'a', 1_000, 0);
    parked.park('S1', 'b', 1_000, 10);
    parked.park('S1', 'a', 2_000, 1_000);
    expect(parked.delayOf('S1')).toBe(2_000);
    expect(parked.mustWait('S1', 'b', 1_010)).toBe(true);
  });

  it('do not touch other aggregates', () => {
    const parked = createParkedAggregates();
    parked.park('S1', 'a', 1_000, 0);
    expect(parked.mustWait('S2', 'b', 10)).toBe(false);
  });

  it('stop waiting for an event that never comes back', () => {
    const parked = createParkedAggregates();
    parked.park('S1', 'a', 1_000, 0);
    expect(parked.mustWait('S1', 'b', 60_000)).toBe(true);
    expect(parked.mustWait('S1', 'b', 61_001)).toBe(false);
    expect(parked.delayOf('S1')).toBeUndefined();
  });
});
