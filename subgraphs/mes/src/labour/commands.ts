import type { Db } from '../database.ts';
import * as store from './store.ts';

/** How many jobs run at each station: every operator's and machine's counts as one. */
export const runningJobs = (db: Db, stationIds: readonly string[]): Promise<Map<string, number>> =>
  store.countRunning(db, stationIds);
