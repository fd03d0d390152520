import { describe, expect, it } from 'vitest';
import { lost, permissionsOutdated, rememberPermissions, type Grant, type Granted } from './permissions.ts';

const times = { freshMs: 30_000, usableMs: 300_000, retryMs: 2_000 };
const granted: Granted = { factories: ['factory-sh-01'], permissions: ['board:view'] };

function house() {
  const state = { now: 0, asked: 0, down: false, answer: granted as Grant | null, outdatedAt: null as number | null };
  const source = {
    async for() {
      state.asked += 1;
      const { answer, down, outdatedAt } = state;
      await Promise.resolve();
      if (outdatedAt !== null) throw permissionsOutdated(new Date(outdatedAt));
      if (down) throw new Error('the ERP is down');
      return answer && { ...answer };
    },
  };
  return { state, permissions: rememberPermissions(source, () => state.now, times) };
}

describe('permissions', () => {
  it('are asked once for many requests at a time, and not again while they are fresh', async () => {
    const { state, permissions } = house();
    await Promise.all(Array.from({ length: 20 }, () => permissions.for('u', 't')));
    state.now = 29_999;
    await permissions.for('u', 't');
    expect(state.asked).toBe(1);
    state.now = 30_000;
    await permissions.for('u', 't');
    expect(state.asked).toBe(2);
  });

  it('stay the same object while nothing changes', async () => {
    const { state, permissions } = house();
    const first = await permissions.for('u', 't');
    state.now = 60_000;
    const second = await permissions.for('u', 't');
    expect(first.ok && second.ok && first.granted === second.granted).toBe(true);
  });

  it('serve for five minutes of an outage, which is looked at again every two seconds', async () => {
    const { state, permissions } = house();
    await permissions.for('u', 't');
    state.down = true;
    state.now = 299_999;
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted });
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted });
    expect(state.asked).toBe(2);
    state.now = 300_000;
    expect(await permissions.for('u', 't')).toEqual({ ok: false, reason: 'UNREACHABLE' });
    state.down = false;
    state.now = 302_000;
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted });
  });

  it('count their five minutes from when the ERP said so, not from when we heard of it', async () => {
    const { state, permissions } = house();
    state.now = 240_000;
    state.answer = { ...granted, asOf: new Date(0) };
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted });
    state.down = true;
    state.now = 300_000;
    expect(await permissions.for('u', 't')).toEqual({ ok: false, reason: 'UNREACHABLE' });
  });

  it('are unreachable for somebody who was never seen before the outage', async () => {
    const { state, permissions } = house();
    state.down = true;
    expect(await permissions.for('u', 't')).toEqual({ ok: false, reason: 'UNREACHABLE' });
  });

  it('find a user soon who was unknown a moment ago', async () => {
    const { state, permissions } = house();
    state.answer = null;
    expect(await permissions.for('u', 't')).toEqual({ ok: false, reason: 'UNKNOWN_USER' });
    state.answer = granted;
    state.now = 2_000;
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted });
  });

  it('are asked afresh after a change was announced, also when an older question is still open', async () => {
    const { state, permissions } = house();
    const open = permissions.for('u', 't');
    permissions.changed('u');
    await open;
    state.answer = { factories: [], permissions: [] };
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted: state.answer });
    expect(state.asked).toBe(2);
  });

  it('are asked afresh for everybody after a change was announced to all, and serve on while nobody answers', async () => {
    const { state, permissions } = house();
    await permissions.for('u', 't');
    permissions.changed();
    state.down = true;
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted });
    state.down = false;
    state.now = 2_000;
    await permissions.for('u', 't');
    await permissions.for('u', 't');
    expect(state.asked).toBe(3);
  });

  it('of a user whose change was announced do not serve while nobody answers', async () => {
    const { state, permissions } = house();
    await permissions.for('u', 't');
    permissions.changed('u');
    state.down = true;
    expect(await permissions.for('u', 't')).toEqual({ ok: false, reason: 'UNREACHABLE' });
  });

  it('do not serve once the source knows that they changed since, although it cannot say how', async () => {
    const { state, permissions } = house();
    state.now = 100_000;
    await permissions.for('u', 't');
    state.outdatedAt = 99_999;
    state.now = 130_000;
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted });
    state.outdatedAt = 131_000;
    state.now = 132_000;
    expect(await permissions.for('u', 't')).toEqual({ ok: false, reason: 'UNREACHABLE' });
  });

  it('do not grow again from a memory that is older than ours', async () => {
    const { state, permissions } = house();
    state.now = 100_000;
    const less = { factories: [], permissions: [] };
    state.answer = { ...less, asOf: new Date(100_000) };
    await permissions.for('u', 't');
    state.now = 130_000;
    state.answer = { ...granted, asOf: new Date(90_000) };
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted: less });
  });

  it('are asked again soon when the answer is from before the change', async () => {
    const { state, permissions } = house();
    state.now = 100_000;
    permissions.changed('u');
    state.answer = { ...granted, asOf: new Date(99_000) };
    await permissions.for('u', 't');
    state.now = 102_000;
    state.answer = { factories: [], permissions: [], asOf: new Date(101_000) };
    expect(await permissions.for('u', 't')).toEqual({ ok: true, granted: { factories: [], permissions: [] } });
  });
});

it.each([
  ['a factory', { factories: [], permissions: ['board:view'] }, true],
  ['a permission', { factories: ['factory-sh-01'], permissions: [] }, true],
  ['nothing, but gained something', { factories: ['factory-sh-01', 'f2'], permissions: ['board:view', 'x:y'] }, false],
])('tells that %s was lost', (_case, after, expected) => {
  expect(lost(granted, after)).toBe(expected);
});
