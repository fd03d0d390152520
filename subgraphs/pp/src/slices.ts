/** The table of contents. */
import type { Slice } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from './context.ts';
import { consumers } from './material-requirements/consumers.ts';
import { resolvers } from './material-requirements/resolvers.ts';

export const slices: readonly Slice<Context>[] = [{ resolvers, consumers }];
