/** The table of contents. */
import type { Slice } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from './context.ts';
import { consumers as defectConsumers } from './defects/consumers.ts';
import { resolvers as defects } from './defects/resolvers.ts';
import { resolvers as inspectionPlans } from './inspection-plans/resolvers.ts';
import { consumers as inspectionConsumers } from './inspections/consumers.ts';
import { resolvers as inspections } from './inspections/resolvers.ts';

export const slices: readonly Slice<Context>[] = [
  { resolvers: inspectionPlans },
  { resolvers: inspections, consumers: inspectionConsumers },
  { resolvers: defects, consumers: defectConsumers },
];
