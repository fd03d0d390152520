import type { BaseContext } from '@enghub/subgraph-kit/context';
import type { Db } from './database.ts';
import type { DocumentPort } from './documents/storage.ts';
import type { ErpClient } from './erp/client.ts';
import type { Erp } from './erp/erp.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export type Context = BaseContext<Db> &
  Readonly<{ loaders: Loaders; erp: Erp; luaguage: ErpClient; documents: DocumentPort }>;

export const contextWith =
  (erp: Erp, luaguage: ErpClient, documents: DocumentPort, singleTenantId: string | undefined) =>
  (base: BaseContext<Db>): Context => ({
    ...base,
    erp,
    luaguage,
    documents,
    loaders: createLoaders({ erp, luaguage }, base, singleTenantId),
  });
