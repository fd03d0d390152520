import type { Context } from '../context.ts';
import type { ErpInterface } from '../erp/interface-guard.ts';
import { findHealth } from './health-store.ts';
import * as rules from './rules.ts';
import type { Health } from './rules.ts';
import { findStates } from './store.ts';

export const statesOf = ({ db }: Context) => findStates(db);

/** Of every interface, as all bridges know it: the same, whichever of them is asked. */
export async function healthOf({ luaguage, db }: Pick<Context, 'luaguage' | 'db'>): Promise<Health<ErpInterface>[]> {
  const known = new Map((await findHealth(db)).map((it) => [it.name, it]));
  return luaguage.health().map((own) => {
    const shared = known.get(own.name);
    return shared ? rules.merged(own, shared) : own;
  });
}

/** Whether it is known that this interface gives no usable answers now. */
export async function isDown(name: ErpInterface, context: Pick<Context, 'luaguage' | 'db' | 'now'>): Promise<boolean> {
  const health = (await healthOf(context)).find((it) => it.name === name);
  return health !== undefined && rules.isDown(health, context.now());
}

export function lagOf(health: Health, now: Date) {
  const lag = rules.lagMs(health, now);
  return { lagSeconds: Math.round(lag / 1000), isLagging: rules.isLagging(lag) };
}
