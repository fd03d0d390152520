import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { permissionsChanged } from '@enghub/event-contracts/luaguage-bridge/permissions-changed.v1';
import { PERMISSIONS_TOPIC } from '@enghub/subgraph-kit/permissions-topic';

/** Gateways remember what users may do: they hear when that is other than it was. */
export const liveTopics = async (event: Envelope): Promise<readonly string[]> =>
  isEvent(permissionsChanged, event) ? [PERMISSIONS_TOPIC] : [];
