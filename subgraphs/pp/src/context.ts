import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import { mrpLoaders } from './material-requirements/loaders.ts';

export type Context = BaseContext<Db> & Readonly<{ loaders: ReturnType<typeof mrpLoaders> }>;

export const createContext = (base: BaseContext<Db>): Context => ({ ...base, loaders: mrpLoaders(base.db) });
