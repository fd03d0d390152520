import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import { inspectionLoaders } from './inspections/loaders.ts';

export type Context = BaseContext<Db> & Readonly<{ loaders: ReturnType<typeof inspectionLoaders> }>;

export const createContext = (base: BaseContext<Db>): Context => ({ ...base, loaders: inspectionLoaders(base.db) });
