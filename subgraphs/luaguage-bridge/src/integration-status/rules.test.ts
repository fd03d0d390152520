import { describe, expect, it } from 'vitest';
import {
  isDown,
  isLagging,
  isNews,
  isQuiet,
  lagMs,
  merged,
  nextState,
  type Health,
  type IntegrationState,
} from './rules.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 6, 0, seconds));
const well: Health = {
  ...{ name: 'BOM', circuit: 'CLOSED', failingSince: null, lastSuccessAt: at(0), lastFailureAt: null },
  lastError: null,
};
const failing: Health = { ...well, failingSince: at(5), lastFailureAt: at(5), lastError: 'BOM answered 503' };
const degraded: IntegrationState = { name: 'BOM', state: 'DEGRADED', since: at(5), lastError: 'BOM answered 503' };

describe('an interface of the ERP', () => {
  it('is not degraded by one failure, also when it was last asked long ago', () => {
    expect(nextState(failing, null, at(6))).toBeNull();
    expect(nextState(failing, null, at(14))).toBeNull();
  });

  it('is degraded once it has failed for ten seconds', () => {
    expect(nextState(failing, null, at(15))).toEqual(degraded);
    expect([isDown(failing, at(14)), isDown(failing, at(15))]).toEqual([false, true]);
  });

  it('is degraded at once when its circuit opens', () => {
    expect(nextState({ ...failing, circuit: 'OPEN' }, null, at(6))).toEqual(degraded);
    expect(isDown({ ...failing, circuit: 'HALF_OPEN' }, at(6))).toBe(true);
  });

  it('is told once', () => {
    expect(nextState(failing, degraded, at(60))).toBeNull();
  });

  it('has recovered with the first answer', () => {
    const again = { ...failing, failingSince: null, lastSuccessAt: at(90) };
    expect(nextState(again, degraded, at(91))).toEqual({ ...degraded, state: 'OK', since: at(90) });
    expect(nextState(again, { ...degraded, state: 'OK' }, at(91))).toBeNull();
  });

  it('has nothing to tell before it was asked', () => {
    const silent = { ...well, lastSuccessAt: null };
    expect(nextState(silent, null, at(9))).toBeNull();
    expect(nextState(silent, degraded, at(9))).toBeNull();
  });

  it('lags by the time since it was last heard, from five minutes on for everybody to see', () => {
    expect(lagMs(failing, at(299))).toBe(299_000);
    expect([isLagging(299_999), isLagging(300_000)]).toEqual([false, true]);
    expect(lagMs({ ...failing, failingSince: null, lastSuccessAt: at(6) }, at(299))).toBe(0);
  });

  it('may have failed unnoticed when nobody asked for a quarter of a minute', () => {
    expect([isQuiet(well, at(14)), isQuiet(well, at(15))]).toEqual([false, true]);
    expect(isQuiet({ ...well, lastSuccessAt: null }, at(1))).toBe(true);
  });
});

describe('what several bridges know together', () => {
  it('is the latest word, whoever heard it', () => {
    const laterWell = { ...well, lastSuccessAt: at(8) };
    const together = { ...failing, failingSince: null, lastSuccessAt: at(8) };
    expect([merged(failing, laterWell), merged(laterWell, failing)]).toEqual([together, together]);
    const opened = { ...failing, circuit: 'OPEN' as const, lastFailureAt: at(9), failingSince: at(9) };
    expect(merged(laterWell, opened)).toEqual({ ...opened, lastSuccessAt: at(8) });
  });

  it('has failed since the first of them saw it fail', () => {
    const later = { ...failing, failingSince: at(7), lastFailureAt: at(7), lastError: 'BOM did not answer in time' };
    expect(merged(failing, later)).toMatchObject({
      failingSince: at(5),
      lastFailureAt: at(7),
      lastError: later.lastError,
    });
    // Before it worked for one of them it was another outage.
    const between = { ...later, lastSuccessAt: at(6) };
    expect(merged(failing, between)).toMatchObject({ failingSince: at(7) });
  });

  it('is told to the others when it is other than they know, and now and then while all is well', () => {
    expect(isNews(failing, well)).toBe(true);
    expect(isNews({ ...failing, lastFailureAt: at(6) }, failing)).toBe(true);
    expect(isNews({ ...well, lastSuccessAt: at(4) }, well)).toBe(false);
    expect(isNews({ ...well, lastSuccessAt: at(5) }, well)).toBe(true);
    expect(isNews(well, undefined)).toBe(true);
    expect(isNews({ ...well, lastSuccessAt: null }, undefined)).toBe(false);
  });
});
