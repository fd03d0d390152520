import { isEvent, parseEvent } from '@enghub/event-contracts/envelope';
import { workOrderCancelled } from '@enghub/event-contracts/mes/work-order-cancelled.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { workOrderHeld } from '@enghub/event-contracts/mes/work-order-held.v1';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { stopJobs } from './stop-jobs.ts';

type Stopped = Readonly<{ work_order_id: string; at: string; by: string }>;

/** MES hears of its own orders: a slice that stops an order need not know that somebody works on it. */
export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'dispatching',
    routingKeys: [workOrderHeld.routingKey, workOrderCompleted.routingKey, workOrderCancelled.routingKey],
    handle: async (event, context) => {
      const stop = ({ work_order_id: workOrderId, at, by }: Stopped, command: string) =>
        stopJobs({ workOrderId, at: new Date(at), by, command }, context);
      if (isEvent(workOrderHeld, event)) await stop(parseEvent(workOrderHeld, event).data, 'holdWorkOrder');
      if (isEvent(workOrderCompleted, event))
        await stop(parseEvent(workOrderCompleted, event).data, 'completeWorkOrder');
      if (isEvent(workOrderCancelled, event)) await stop(parseEvent(workOrderCancelled, event).data, 'cancelWorkOrder');
    },
  },
];
