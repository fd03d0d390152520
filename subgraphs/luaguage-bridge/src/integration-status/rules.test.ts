import { describe, expect, it } from 'vitest';
import type { InterfaceHealth } from '../erp/interface-guard.ts';
import { isLagging, lagMs, nextState, type IntegrationState } from './rules.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 6, 0, seconds));
const health = (change: Partial<InterfaceHealth>): InterfaceHealth => ({
  ...{ name: 'BOM', circuit: 'CLOSED', lastSuccessAt: at(0), lastFailureAt: null, lastError: null },
  ...change,
});
const failing = health({ lastFailureAt: at(5), lastError: 'BOM answered 503' });
const degraded: IntegrationState = { name: 'BOM', state: 'DEGRADED', since: at(5), lastError: 'BOM answered 503' };

describe('an interface of the ERP', () => {
  it('is not degraded by one failure', () => {
    expect(nextState(failing, null, at(6))).toBeNull();
  });

  it('is degraded once it has failed for ten seconds', () => {
    expect(nextState(failing, null, at(10))).toEqual(degraded);
  });

  it('is degraded at once when its circuit opens', () => {
    expect(nextState({ ...failing, circuit: 'OPEN' }, null, at(6))).toEqual(degraded);
  });

  it('is told once', () => {
    expect(nextState(failing, degraded, at(60))).toBeNull();
  });

  it('has recovered with the first answer', () => {
    const well = { ...failing, lastSuccessAt: at(90) };
    expect(nextState(well, degraded, at(91))).toEqual({ ...degraded, state: 'OK', since: at(90) });
    expect(nextState(well, { ...degraded, state: 'OK' }, at(91))).toBeNull();
  });

  it('has nothing to tell before it was asked', () => {
    expect(nextState(health({ lastSuccessAt: null }), null, at(9))).toBeNull();
    expect(nextState(health({ lastSuccessAt: null }), degraded, at(9))).toBeNull();
  });

  it('lags by the time since it was last heard, from five minutes on for everybody to see', () => {
    expect(lagMs(failing, at(299))).toBe(299_000);
    expect([isLagging(299_999), isLagging(300_000)]).toEqual([false, true]);
    expect(lagMs({ ...failing, lastSuccessAt: at(6) }, at(299))).toBe(0);
  });
});
