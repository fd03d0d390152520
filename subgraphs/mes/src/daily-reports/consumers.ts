import { isEvent } from '@enghub/event-contracts/envelope';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { workOrderOperationsChanged } from '@enghub/event-contracts/mes/work-order-operations-changed.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { countCell, countOrderAgain } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'daily-reports',
    // The figures are recomputed, not added to.
    isRepeatable: true,
    routingKeys: [
      productionReported.routingKey,
      productionReportCorrected.routingKey,
      workOrderOperationsChanged.routingKey,
    ],
    handle: async (event, context) => {
      const { factory_id: factoryId } = event;
      if (factoryId === null) throw permanentFailure('What changes a daily report must name its plant.');
      if (isEvent(workOrderOperationsChanged, event)) return countOrderAgain(event.data.work_order_id, context);
      if (isEvent(productionReported, event) || isEvent(productionReportCorrected, event)) {
        const { shift_date: day, station_id: stationId, product_id: productId, unit } = event.data;
        return countCell({ factoryId, day, stationId, productId, unit }, context);
      }
      throw permanentFailure(`A daily report does not know ${event.event_type}.`);
    },
  },
];
