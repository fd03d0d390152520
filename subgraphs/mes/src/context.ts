import type { Cache } from '@enghub/cache/cache';
import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What a request to MES may use. */
export type Context = BaseContext<Db> &
  Readonly<{
    loaders: Loaders;
    /** Null where other processes change the same data, see docs/decisions/0013-stock.md. */
    cache: Cache | null;
  }>;

export const contextWith =
  (cache: Cache | null) =>
  (base: BaseContext<Db>): Context => ({ ...base, loaders: createLoaders(base), cache });
