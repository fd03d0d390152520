import DataLoader from 'dataloader';
import type { Db } from '../database.ts';
import type { MrpRun } from './rules.ts';
import * as store from './store.ts';

/** For one request. */
export const mrpLoaders = (db: Db) => ({
  run: new DataLoader<string, MrpRun | null>((ids) => store.findMany(db, ids)),
  runOfOrder: new DataLoader<string, MrpRun | null>((ids) => store.findOfOrders(db, ids)),
});
