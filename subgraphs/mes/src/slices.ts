import type { Slice } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from './context.ts';
import { resolvers as handOverNotes } from './hand-over-notes/resolvers.ts';
import { resolvers as plantPolicies } from './plant-policies/resolvers.ts';
import { resolvers as productionReporting } from './production-reporting/resolvers.ts';
import { resolvers as qualifications } from './qualifications/resolvers.ts';
import { resolvers as readiness } from './readiness/resolvers.ts';
import { resolvers as routings } from './routings/resolvers.ts';
import { resolvers as shiftBoard } from './shift-board/resolvers.ts';
import { resolvers as shifts } from './shifts/resolvers.ts';
import { resolvers as stations } from './stations/resolvers.ts';
import { resolvers as workOrders } from './work-orders/resolvers.ts';

/** What MES can do. */
export const slices: readonly Slice<Context>[] = [
  { resolvers: stations },
  { resolvers: shifts },
  { resolvers: plantPolicies },
  { resolvers: routings },
  { resolvers: workOrders },
  { resolvers: productionReporting },
  { resolvers: shiftBoard },
  { resolvers: handOverNotes },
  { resolvers: qualifications },
  { resolvers: readiness },
];
