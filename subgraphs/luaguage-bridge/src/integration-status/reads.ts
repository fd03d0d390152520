import type { Context } from '../context.ts';
import type { InterfaceHealth } from '../erp/interface-guard.ts';
import { isLagging, lagMs } from './rules.ts';
import { findStates } from './store.ts';

export const statesOf = ({ db }: Context) => findStates(db);

export function lagOf(health: InterfaceHealth, now: Date) {
  const lag = lagMs(health, now);
  return { lagSeconds: Math.round(lag / 1000), isLagging: isLagging(lag) };
}
