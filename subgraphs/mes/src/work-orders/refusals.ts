/** How the commands on work orders say no. */
import type { Refused } from '@enghub/subgraph-kit/decision';
import type { WorkOrderRefusalCode } from '../generated/graphql.ts';
import type { Blocker } from '../readiness/commands.ts';
import type { WorkOrder } from './rules.ts';

export type OrderRefusal = Readonly<{
  code: WorkOrderRefusalCode;
  /** What the rule allows, and what it would have become. */
  limit?: string;
  actual?: string;
  count?: number;
  blockers?: readonly Blocker[];
  /** The order that is in the way. */
  existing?: WorkOrder;
}>;

/** Rules say a bare code where there is nothing to add. */
export const refusing = (refusal: WorkOrderRefusalCode | OrderRefusal): Refused<OrderRefusal> => ({
  ok: false,
  refusal: typeof refusal === 'string' ? { code: refusal } : refusal,
});
