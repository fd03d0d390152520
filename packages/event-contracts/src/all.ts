import type { EventContract } from './define-event.ts';
import { equipmentDown } from './eam/equipment-down.v1.ts';
import { equipmentRegistered } from './eam/equipment-registered.v1.ts';
import { equipmentUp } from './eam/equipment-up.v1.ts';
import { deadLetterResolved } from './events/dead-letter-resolved.v1.ts';
import { eventDeadLettered } from './events/event-dead-lettered.v1.ts';
import { bomChanged } from './luaguage-bridge/bom-changed.v1.ts';
import { notificationRaised } from './luaguage-bridge/notification-raised.v1.ts';
import { notificationRead } from './luaguage-bridge/notification-read.v1.ts';
import { notificationSent } from './luaguage-bridge/notification-sent.v1.ts';
import { integrationDegraded } from './luaguage-bridge/integration-degraded.v1.ts';
import { integrationRecovered } from './luaguage-bridge/integration-recovered.v1.ts';
import { permissionsChanged } from './luaguage-bridge/permissions-changed.v1.ts';
import { ppapChanged } from './luaguage-bridge/ppap-changed.v1.ts';
import { deadLetterDiscardRequested } from './mes/dead-letter-discard-requested.v1.ts';
import { deadLetterReplayRequested } from './mes/dead-letter-replay-requested.v1.ts';
import { defectReported } from './mes/defect-reported.v1.ts';
import { finishedGoodsReceiptSuggested } from './mes/finished-goods-receipt-suggested.v1.ts';
import { handOverNoteWritten } from './mes/hand-over-note-written.v1.ts';
import { lotCreated } from './mes/lot-created.v1.ts';
import { lotStatusChanged } from './mes/lot-status-changed.v1.ts';
import { operationFinished } from './mes/operation-finished.v1.ts';
import { operationPaused } from './mes/operation-paused.v1.ts';
import { operationResumed } from './mes/operation-resumed.v1.ts';
import { operationStarted } from './mes/operation-started.v1.ts';
import { productionReportCorrected } from './mes/production-report-corrected.v1.ts';
import { productionReported } from './mes/production-report-reported.v1.ts';
import { shiftTargetSet } from './mes/shift-target-set.v1.ts';
import { stationDefined } from './mes/station-defined.v1.ts';
import { stockMoved } from './mes/stock-moved.v1.ts';
import { timeEventRecorded } from './mes/time-event-recorded.v1.ts';
import { workOrderCancelled } from './mes/work-order-cancelled.v1.ts';
import { workOrderChanged } from './mes/work-order-changed.v1.ts';
import { workOrderClosed } from './mes/work-order-closed.v1.ts';
import { workOrderCompleted } from './mes/work-order-completed.v1.ts';
import { workOrderCostComputed as workOrderCostComputedV1 } from './mes/work-order-cost-computed.v1.ts';
import { workOrderCostComputed } from './mes/work-order-cost-computed.v2.ts';
import { workOrderCreated } from './mes/work-order-created.v1.ts';
import { workOrderHeld } from './mes/work-order-held.v1.ts';
import { workOrderLossRecorded } from './mes/work-order-loss-recorded.v1.ts';
import { workOrderOperationsChanged } from './mes/work-order-operations-changed.v1.ts';
import { workOrderReleased } from './mes/work-order-released.v1.ts';
import { workOrderReopened } from './mes/work-order-reopened.v1.ts';
import { workOrderResumed } from './mes/work-order-resumed.v1.ts';
import { reworkOrderCreated } from './mes/work-order-rework-created.v1.ts';
import { workOrderSplit } from './mes/work-order-split.v1.ts';
import { workOrderStarted } from './mes/work-order-started.v1.ts';
import { mrpCompleted } from './pp/mrp-completed.v1.ts';
import { inspectionCompleted } from './qms/inspection-completed.v1.ts';
import { inspectionCreated } from './qms/inspection-created.v1.ts';
import { qualityHoldLifted } from './qms/quality-hold-lifted.v1.ts';
import { qualityHoldPlaced } from './qms/quality-hold-placed.v1.ts';

/** Every event and version that EngHub publishes. */
export const allEvents: readonly EventContract[] = [
  workOrderCreated,
  workOrderReleased,
  workOrderStarted,
  workOrderHeld,
  workOrderResumed,
  workOrderCompleted,
  workOrderClosed,
  workOrderCancelled,
  workOrderChanged,
  workOrderSplit,
  reworkOrderCreated,
  workOrderOperationsChanged,
  workOrderReopened,
  workOrderLossRecorded,
  operationStarted,
  operationPaused,
  operationResumed,
  operationFinished,
  productionReported,
  productionReportCorrected,
  defectReported,
  timeEventRecorded,
  stationDefined,
  stockMoved,
  shiftTargetSet,
  handOverNoteWritten,
  finishedGoodsReceiptSuggested,
  workOrderCostComputedV1,
  workOrderCostComputed,
  lotCreated,
  lotStatusChanged,
  inspectionCreated,
  inspectionCompleted,
  qualityHoldPlaced,
  qualityHoldLifted,
  mrpCompleted,
  equipmentRegistered,
  equipmentDown,
  equipmentUp,
  bomChanged,
  integrationDegraded,
  integrationRecovered,
  permissionsChanged,
  ppapChanged,
  notificationRaised,
  notificationRead,
  notificationSent,
  eventDeadLettered,
  deadLetterResolved,
  deadLetterReplayRequested,
  deadLetterDiscardRequested,
];

const byRoutingKey = new Map(allEvents.map((contract) => [contract.routingKey, contract]));

/** The contract published under a routing key, if it is one of ours. */
export function contractFor(routingKey: string): EventContract | undefined {
  return byRoutingKey.get(routingKey);
}
