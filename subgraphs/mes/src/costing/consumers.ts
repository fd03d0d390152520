import { isEvent } from '@enghub/event-contracts/envelope';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { workOrderClosed } from '@enghub/event-contracts/mes/work-order-closed.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { computeCost, hasCost } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'costing',
    routingKeys: [workOrderCompleted.routingKey, workOrderClosed.routingKey, productionReportCorrected.routingKey],
    handle: async (event, context) => {
      if (isEvent(productionReportCorrected, event)) {
        if (await hasCost(event.data.work_order_id, context)) await computeCost(event.data.work_order_id, context);
      } else if (isEvent(workOrderCompleted, event) || isEvent(workOrderClosed, event)) {
        // A plant without rates has no costs, and an order that was reopened since is counted when it is completed again.
        await computeCost(event.data.work_order_id, context);
      } else {
        throw permanentFailure(`Costing does not know ${event.event_type}.`);
      }
    },
  },
];
