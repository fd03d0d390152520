/** The table of contents. */
import type { Slice } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from './context.ts';
import { consumers as equipmentConsumers } from './equipment/consumers.ts';
import { resolvers as equipment } from './equipment/resolvers.ts';
import { consumers as oeeConsumers } from './oee/consumers.ts';
import { resolvers as oee } from './oee/resolvers.ts';

export const slices: readonly Slice<Context>[] = [
  { resolvers: equipment, consumers: equipmentConsumers },
  { resolvers: oee, consumers: oeeConsumers },
];
