import { isEvent, parseEvent } from '@enghub/event-contracts/envelope';
import { defectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { correctDefects, keepDefect } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'defects',
    routingKeys: [defectReported.routingKey, productionReportCorrected.routingKey],
    handle: (event, context) => {
      if (isEvent(productionReportCorrected, event)) {
        const corrected = parseEvent(productionReportCorrected, event);
        if (corrected.factory_id === null) throw permanentFailure('A correction must name its plant.');
        return correctDefects(corrected.data, corrected.factory_id, context);
      }
      const reported = parseEvent(defectReported, event);
      if (reported.factory_id === null) throw permanentFailure('A defect must name its plant.');
      return keepDefect(reported.data, reported.factory_id, context);
    },
  },
];
