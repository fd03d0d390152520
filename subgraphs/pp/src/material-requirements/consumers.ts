import { parseEvent } from '@enghub/event-contracts/envelope';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { planOrder } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'material-requirements',
    // An order is planned once. The ERP is asked before: no transaction waits for it.
    isRepeatable: true,
    routingKeys: [workOrderCreated.routingKey],
    handle: (event, context) => {
      const created = parseEvent(workOrderCreated, event);
      if (created.factory_id === null) throw permanentFailure('A work order must name its plant.');
      return planOrder(created.data, created.factory_id, context);
    },
  },
];
