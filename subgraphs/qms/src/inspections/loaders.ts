import type { Page, PageRequest } from '@enghub/subgraph-kit/pages';
import DataLoader from 'dataloader';
import type { Db } from '../database.ts';
import type { Inspection } from './rules.ts';
import * as store from './store.ts';

/** For one request. */
export function inspectionLoaders(db: Db) {
  const ofOrders = new Map<string, DataLoader<string, Page<Inspection>>>();

  return {
    inspection: new DataLoader<string, Inspection | null>((ids) => store.findMany(db, ids)),

    /** The same page of every order: a query asks all its orders for the same `first` and `after`. */
    inspectionsOfOrder(page: PageRequest): DataLoader<string, Page<Inspection>> {
      const key = JSON.stringify(page);
      const loader =
        ofOrders.get(key) ?? new DataLoader<string, Page<Inspection>>((ids) => store.pagesOfOrders(db, page, ids));
      ofOrders.set(key, loader);
      return loader;
    },
  };
}
