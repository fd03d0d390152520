import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

describe('work by turns', () => {
  const held = () => {
    let begun = 0;
    const open: (() => void)[] = [];
    const work = () => {
      begun += 1;
      return new Promise<void>((resolve) => open.push(resolve));
    };
    return { work, begun: () => begun, finish: () => open.shift()!() };
  };

  it('is shared by all who ask while it runs, and begins after they asked', async () => {
    const { work, begun, finish } = held();
    const turns = createTurns();
    const first = turns('saw', work);
    const later = [turns('saw', work), turns('saw', work), turns('saw', work)];
    expect(begun()).toBe(1);
    finish();
    await first;
    await Promise.resolve();
    expect(begun()).toBe(2);
    finish();
    await Promise.all(later);
    const again = turns('saw', work);
    expect(begun()).toBe(3);
    finish();
    await again;
  });

  it('goes on after a turn that failed, which only those who shared it hear of', async () => {
    const turns = createTurns();
    const failing = turns('saw', () => Promise.reject(new Error('gone')));
    const next = turns('saw', () => Promise.resolve());
    await expect(failing).rejects.toThrow('gone');
    await expect(next).resolves.toBeUndefined();
  });

  it('of different keys runs side by side', () => {
    const { work, begun } = held();
    const turns = createTurns();
    void turns('saw', work);
    void turns('drill', work);
    expect(begun()).toBe(2);
  });
});
