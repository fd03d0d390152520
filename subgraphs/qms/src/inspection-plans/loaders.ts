import DataLoader from 'dataloader';
import type { Db } from '../database.ts';
import type { InspectionPlan } from './rules.ts';
import * as store from './store.ts';

/** For one request. */
export const inspectionPlanLoaders = (db: Db) => ({
  inspectionPlan: new DataLoader<string, InspectionPlan | null>((ids) => store.findMany(db, ids)),
});
