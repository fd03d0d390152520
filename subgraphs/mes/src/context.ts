import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What a request to MES may use. */
export type Context = BaseContext<Db> & Readonly<{ loaders: Loaders }>;

export const createContext = (base: BaseContext<Db>): Context => ({ ...base, loaders: createLoaders(base.db) });
