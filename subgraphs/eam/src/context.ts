import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import { equipmentLoaders } from './equipment/loaders.ts';
import { oeeLoader } from './oee/figures.ts';

const loadersOn = ({ db, readDb }: BaseContext<Db>) => ({ ...equipmentLoaders(db), oee: oeeLoader(readDb) });

export type Context = BaseContext<Db> & Readonly<{ loaders: ReturnType<typeof loadersOn> }>;

export const createContext = (base: BaseContext<Db>): Context => ({ ...base, loaders: loadersOn(base) });
