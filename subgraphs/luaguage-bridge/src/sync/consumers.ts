import { parseEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { workOrderCancelled } from '@enghub/event-contracts/mes/work-order-cancelled.v1';
import { workOrderClosed } from '@enghub/event-contracts/mes/work-order-closed.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { workOrderReleased } from '@enghub/event-contracts/mes/work-order-released.v1';
import { workOrderReopened } from '@enghub/event-contracts/mes/work-order-reopened.v1';
import { workOrderStarted } from '@enghub/event-contracts/mes/work-order-started.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import * as store from './store.ts';
import { rememberTenant } from './tenants-store.ts';

const steps = [
  workOrderReleased,
  workOrderStarted,
  workOrderCompleted,
  workOrderReopened,
  workOrderClosed,
  workOrderCancelled,
] as const;
const reports = [productionReported, productionReportCorrected] as const;

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'order-feedback',
    routingKeys: [...steps, ...reports].map(({ routingKey }) => routingKey),
    handle: async (event, { db, now, claims }) => {
      if (event.factory_id === null) throw permanentFailure('What happens to a work order happens in a plant.');
      await rememberTenant(db, claims.tenantId, now());
      await store.orderMoved(db, claims.tenantId, { ...orderOf(event), factoryId: event.factory_id }, now());
    },
  },
];

/** Only that something happened: where the order stands is asked for when it is told. */
function orderOf(event: Envelope): Readonly<{ workOrderId: string; workOrderNumber: string }> {
  const report = reports.find((contract) => contract.name === event.event_type);
  if (report) {
    const { work_order_id: workOrderId, work_order_number: workOrderNumber } = parseEvent(report, event).data;
    return { workOrderId, workOrderNumber };
  }
  const step = steps.find((contract) => contract.name === event.event_type);
  if (!step) throw permanentFailure(`${event.event_type} is nothing that we asked for.`);
  const { work_order_id: workOrderId, number: workOrderNumber } = parseEvent(step, event).data;
  return { workOrderId, workOrderNumber };
}
