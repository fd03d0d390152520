import { describe, expect, it } from 'vitest';
import { createFreshness, positionOf } from './replica-freshness.ts';

describe('how old the rows of a replica may be', () => {
  it('is not known before anything was compared', () => {
    const freshness = createFreshness();
    expect(freshness.completeUntil()).toBeNull();
    freshness.replicaHas(900n);
    expect(freshness.completeUntil()).toBeNull();
    freshness.primaryWas(1_000n, 1);
    freshness.replicaHas(900n);
    expect(freshness.completeUntil()).toBeNull();
  });

  it('grows while the replica replays nothing and the primary goes on', () => {
    const freshness = createFreshness();
    for (const [position, at] of [
      [1_000n, 1],
      [1_100n, 2],
      [1_200n, 3],
    ] as const) {
      freshness.primaryWas(position, at);
      freshness.replicaHas(1_150n);
    }
    expect(freshness.completeUntil()).toBe(2);
    freshness.replicaHas(1_200n);
    expect(freshness.completeUntil()).toBe(3);
  });

  it('does not grow while the primary has nothing to do, however long that is', () => {
    const freshness = createFreshness();
    for (let at = 1; at <= 5_000; at += 1) {
      freshness.primaryWas(1_000n, at);
      freshness.replicaHas(1_000n);
    }
    expect(freshness.completeUntil()).toBe(5_000);
  });

  it('starts anew when the log of the primary goes back', () => {
    const freshness = createFreshness();
    freshness.primaryWas(1_000n, 1);
    freshness.replicaHas(1_000n);
    freshness.primaryWas(500n, 2);
    expect(freshness.completeUntil()).toBeNull();
    freshness.replicaHas(1_000n);
    expect(freshness.completeUntil()).toBe(2);
  });

  it('reads positions as PostgreSQL writes them', () => {
    expect(positionOf('0/0')).toBe(0n);
    expect(positionOf('16/B374D848')).toBe(0x16b374d848n);
    expect(positionOf('1/0') > positionOf('0/FFFFFFFF')).toBe(true);
  });
});
