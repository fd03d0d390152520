import { parseEvent } from '@enghub/event-contracts/envelope';
import { defectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { keepDefect } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'defects',
    routingKeys: [defectReported.routingKey],
    handle: (event, context) => {
      const reported = parseEvent(defectReported, event);
      if (reported.factory_id === null) throw permanentFailure('A defect must name its plant.');
      return keepDefect(reported.data, reported.factory_id, context);
    },
  },
];
