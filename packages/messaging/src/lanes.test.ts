import { describe, expect, it } from 'vitest';
import { createLanes } from './lanes.ts';

function gate(): Readonly<{ opened: Promise<void>; open: () => void }> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('lanes', () => {
  it('run one key in order and different keys side by side', async () => {
    const lanes = createLanes(8, () => {});
    const hold = gate();
    const log: string[] = [];
    lanes.add('S1', async () => {
      await hold.opened;
      log.push('S1 first');
    });
    lanes.add('S1', async () => void log.push('S1 second'));
    lanes.add('S2', async () => void log.push('S2'));
    await Promise.resolve();
    expect(log).toEqual(['S2']);
    hold.open();
    await lanes.idle();
    expect(log).toEqual(['S2', 'S1 first', 'S1 second']);
  });

  it('run no more at once than they may', async () => {
    const lanes = createLanes(2, () => {});
    let running = 0;
    let most = 0;
    for (let key = 0; key < 20; key += 1) {
      lanes.add(`S${key}`, async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      });
    }
    await lanes.idle();
    expect([most, running]).toEqual([2, 0]);
  });

  it('go on after a task that failed, and say so', async () => {
    const errors: unknown[] = [];
    const lanes = createLanes(1, (error) => errors.push(error));
    let ran = false;
    lanes.add('S1', () => Promise.reject(new Error('broken')));
    lanes.add('S1', async () => void (ran = true));
    await lanes.idle();
    expect(errors).toEqual([new Error('broken')]);
    expect(ran).toBe(true);
  });

  it('forget what has not begun, and take new work afterwards', async () => {
    const lanes = createLanes(1, () => {});
    const hold = gate();
    const log: string[] = [];
    lanes.add('S1', async () => {
      await hold.opened;
      log.push('begun');
    });
    lanes.add('S1', async () => void log.push('forgotten'));
    lanes.add('S2', async () => void log.push('forgotten too'));
    lanes.clear();
    hold.open();
    await lanes.idle();
    lanes.add('S1', async () => void log.push('new'));
    lanes.add('S2', async () => void log.push('new too'));
    await lanes.idle();
    expect(log).toEqual(['begun', 'new', 'new too']);
  });
});
