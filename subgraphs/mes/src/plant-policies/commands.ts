import type { Db } from '../database.ts';
import type { PlantPolicies } from './rules.ts';
import * as store from './store.ts';

export type { ConflictMode, PlantPolicies } from './rules.ts';

/** The policies in force; null when there is no such plant. */
export const findPolicies = (db: Db, factoryId: string): Promise<PlantPolicies | null> =>
  store.findPolicies(db, factoryId);
