import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { equipmentDown } from '@enghub/event-contracts/eam/equipment-down.v1';
import { equipmentUp } from '@enghub/event-contracts/eam/equipment-up.v1';
import { bomChanged } from '@enghub/event-contracts/luaguage-bridge/bom-changed.v1';
import { ppapChanged } from '@enghub/event-contracts/luaguage-bridge/ppap-changed.v1';
import { qualityHoldLifted } from '@enghub/event-contracts/qms/quality-hold-lifted.v1';
import { qualityHoldPlaced } from '@enghub/event-contracts/qms/quality-hold-placed.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import * as heard from './heard-rules.ts';
import type { News } from './heard-rules.ts';
import { hear } from './standing-blockers.ts';

/** One queue for all, so that what began and what ended mostly arrive in their order. */
export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'readiness',
    routingKeys: [qualityHoldPlaced, qualityHoldLifted, equipmentDown, equipmentUp, bomChanged, ppapChanged].map(
      ({ routingKey }) => routingKey,
    ),
    handle: (event, context) => hear(newsOf(event), event, context),
  },
];

/** Only what the ERP says may hold in every plant. */
function newsOf(event: Envelope): News {
  if (isEvent(bomChanged, event)) return heard.bomNews(event.data);
  if (isEvent(ppapChanged, event)) return heard.ppapNews(event.data);
  if (event.factory_id === null) throw permanentFailure(`${event.event_type} must name its plant.`);
  if (isEvent(qualityHoldPlaced, event)) return heard.holdPlaced(event.data);
  if (isEvent(qualityHoldLifted, event)) return heard.holdLifted(event.data);
  if (isEvent(equipmentDown, event)) return heard.wentDown(event.data);
  if (isEvent(equipmentUp, event)) return heard.cameUp(event.data);
  throw permanentFailure(`${event.event_type} is nothing that readiness listens to.`);
}
