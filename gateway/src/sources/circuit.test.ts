import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createCircuit, isCircuitOpen } from './circuit.ts';

const quiet = pino({ level: 'silent' });

function house() {
  const state = { now: 0, asked: 0, answers: true };
  const circuit = createCircuit('eam', quiet, { failures: 3, openMs: 1_000 }, () => state.now);
  const ask = () =>
    circuit
      .run(async () => {
        state.asked += 1;
        await Promise.resolve();
        if (!state.answers) throw new Error('no answer');
        return 'answer';
      })
      .catch((error: unknown) => (isCircuitOpen(error) ? 'refused' : 'failed'));
  return { state, circuit, ask };
}

it('lets everything through while the subgraph answers now and then', async () => {
  const { state, circuit, ask } = house();
  for (let round = 0; round < 5; round += 1) {
    state.answers = false;
    expect([await ask(), await ask()]).toEqual(['failed', 'failed']);
    state.answers = true;
    expect(await ask()).toBe('answer');
  }
  expect(circuit.status().state).toBe('CLOSED');
});

it('opens after failures in a row, and then nobody is kept waiting', async () => {
  const { state, circuit, ask } = house();
  state.answers = false;
  for (let at = 0; at < 3; at += 1) await ask();
  expect(await ask()).toBe('refused');
  expect(state.asked).toBe(3);
  expect(circuit.status()).toEqual({ state: 'OPEN', failures: 3, refused: 1, openedAt: new Date(0) });
});

it('lets one try after a while, and stays open when that one fails', async () => {
  const { state, circuit, ask } = house();
  state.answers = false;
  for (let at = 0; at < 3; at += 1) await ask();
  state.now = 1_000;
  expect(circuit.status().state).toBe('HALF_OPEN');
  expect((await Promise.all(Array.from({ length: 10 }, ask))).sort()).toEqual([
    'failed',
    ...Array<string>(9).fill('refused'),
  ]);
  expect(await ask()).toBe('refused');
  state.now = 2_000;
  state.answers = true;
  expect(await ask()).toBe('answer');
  expect(await ask()).toBe('answer');
  expect(circuit.status()).toEqual({ state: 'CLOSED', failures: 0, refused: 0, openedAt: null });
});
