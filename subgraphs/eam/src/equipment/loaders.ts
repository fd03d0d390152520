import { isId } from '@enghub/subgraph-kit/ids';
import DataLoader from 'dataloader';
import type { Db } from '../database.ts';
import type { Equipment } from './rules.ts';
import * as store from './store.ts';

export const equipmentLoaders = (db: Db) => ({
  equipment: loaderBy(
    (ids) => store.byIds(db, ids),
    ({ id }) => id,
  ),
  equipmentAtStation: loaderBy(
    (ids) => store.byStations(db, ids),
    ({ stationId }) => stationId,
  ),
});

/** A malformed id never reaches the database: it is one that does not exist. */
function loaderBy(load: (ids: readonly string[]) => Promise<Equipment[]>, keyOf: (equipment: Equipment) => string) {
  return new DataLoader<string, Equipment | null>(async (ids) => {
    const wellFormed = ids.filter(isId);
    const found = new Map(
      (wellFormed.length > 0 ? await load(wellFormed) : []).map((equipment) => [keyOf(equipment), equipment]),
    );
    return ids.map((id) => found.get(id) ?? null);
  });
}
