import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import { inspectionPlanLoaders } from './inspection-plans/loaders.ts';
import { inspectionLoaders } from './inspections/loaders.ts';

type Loaders = ReturnType<typeof inspectionLoaders> & ReturnType<typeof inspectionPlanLoaders>;
export type Context = BaseContext<Db> & Readonly<{ loaders: Loaders }>;

export const createContext = (base: BaseContext<Db>): Context => ({
  ...base,
  loaders: { ...inspectionLoaders(base.db), ...inspectionPlanLoaders(base.db) },
});
