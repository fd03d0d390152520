import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import type { Erp } from './erp/erp.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export type Context = BaseContext<Db> & Readonly<{ loaders: Loaders }>;

export const contextWith =
  (erp: Erp, singleTenantId: string | undefined) =>
  (base: BaseContext<Db>): Context => ({
    ...base,
    loaders: createLoaders(erp, base.claims, base.db, singleTenantId),
  });
