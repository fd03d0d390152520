import { parseEvent } from '@enghub/event-contracts/envelope';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { countReport } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'inspections',
    // A report counts once by its own id, in one transaction with all that follows from it.
    isRepeatable: true,
    routingKeys: [productionReported.routingKey],
    handle: (event, context) => {
      const reported = parseEvent(productionReported, event);
      if (reported.factory_id === null) throw permanentFailure('A production report must name its plant.');
      return countReport(reported, reported.factory_id, context);
    },
  },
];
