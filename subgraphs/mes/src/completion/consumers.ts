import { isEvent } from '@enghub/event-contracts/envelope';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { workOrderClosed } from '@enghub/event-contracts/mes/work-order-closed.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { hasCompletionReport, writeCompletionReport } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'completion',
    routingKeys: [workOrderCompleted.routingKey, workOrderClosed.routingKey, productionReportCorrected.routingKey],
    handle: async (event, context) => {
      if (isEvent(productionReportCorrected, event)) {
        // Most corrections are made while the order runs, and then there is nothing to put right here.
        if (!(await hasCompletionReport(event.data.work_order_id, context))) return;
        await writeCompletionReport(event.data.work_order_id, context);
      } else if (isEvent(workOrderCompleted, event) || isEvent(workOrderClosed, event)) {
        await writeCompletionReport(event.data.work_order_id, context);
      } else {
        throw permanentFailure(`A completion report does not know ${event.event_type}.`);
      }
    },
  },
];
