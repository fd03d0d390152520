import type { Slice } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from './context.ts';
import { resolvers as auditTrail } from './audit-trail/resolvers.ts';
import { consumers as completionConsumers } from './completion/consumers.ts';
import { resolvers as completion } from './completion/resolvers.ts';
import { consumers as costingConsumers } from './costing/consumers.ts';
import { resolvers as costing } from './costing/resolvers.ts';
import { consumers as dailyReportConsumers } from './daily-reports/consumers.ts';
import { resolvers as dailyReports } from './daily-reports/resolvers.ts';
import { resolvers as deadLetters } from './dead-letters/resolvers.ts';
import { consumers as dispatchConsumers } from './dispatching/consumers.ts';
import { resolvers as dispatching } from './dispatching/resolvers.ts';
import { resolvers as handOverNotes } from './hand-over-notes/resolvers.ts';
import { resolvers as labour } from './labour/resolvers.ts';
import { resolvers as gs1 } from './gs1/resolvers.ts';
import { resolvers as lots } from './lots/resolvers.ts';
import { resolvers as plantPolicies } from './plant-policies/resolvers.ts';
import { resolvers as inventory } from './inventory/resolvers.ts';
import { consumers as processingConsumers } from './processing/consumers.ts';
import { resolvers as processing } from './processing/resolvers.ts';
import { resolvers as productionReporting } from './production-reporting/resolvers.ts';
import { resolvers as reportApprovals } from './report-approvals/resolvers.ts';
import { resolvers as reportConflicts } from './report-conflicts/resolvers.ts';
import { resolvers as qualifications } from './qualifications/resolvers.ts';
import { consumers as readinessConsumers } from './readiness/consumers.ts';
import { resolvers as readiness } from './readiness/resolvers.ts';
import { resolvers as operationChanges } from './operation-changes/resolvers.ts';
import { resolvers as routings } from './routings/resolvers.ts';
import { resolvers as shiftBoard } from './shift-board/resolvers.ts';
import { resolvers as shifts } from './shifts/resolvers.ts';
import { resolvers as stationCapacity } from './station-capacity/resolvers.ts';
import { resolvers as stations } from './stations/resolvers.ts';
import { resolvers as workOrders } from './work-orders/resolvers.ts';

/** What MES can do. */
export const slices: readonly Slice<Context>[] = [
  { resolvers: stations },
  { resolvers: shifts },
  { resolvers: stationCapacity },
  { resolvers: plantPolicies },
  { resolvers: routings },
  { resolvers: workOrders },
  { resolvers: operationChanges },
  { resolvers: productionReporting },
  { resolvers: reportApprovals },
  { resolvers: reportConflicts },
  { resolvers: dispatching, consumers: dispatchConsumers },
  { resolvers: labour },
  { resolvers: shiftBoard },
  { resolvers: handOverNotes },
  { resolvers: dailyReports, consumers: dailyReportConsumers },
  { resolvers: completion, consumers: completionConsumers },
  { resolvers: costing, consumers: costingConsumers },
  { resolvers: qualifications },
  { resolvers: readiness, consumers: readinessConsumers },
  { resolvers: lots },
  { resolvers: gs1 },
  { resolvers: inventory },
  { resolvers: auditTrail },
  { resolvers: deadLetters },
  { resolvers: processing, consumers: processingConsumers },
];
