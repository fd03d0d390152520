import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { notificationRaised } from '@enghub/event-contracts/luaguage-bridge/notification-raised.v1';
import { notificationRead } from '@enghub/event-contracts/luaguage-bridge/notification-read.v1';

/** Whose inbox an event of ours moves. */
export async function liveTopics(event: Envelope): Promise<readonly string[]> {
  return whose(event).map((userId) => [event.tenant_id, 'notificationReceived', userId].join('.'));
}

function whose(event: Envelope): readonly string[] {
  if (isEvent(notificationRaised, event)) return event.data.recipient_ids;
  return isEvent(notificationRead, event) ? [event.data.user_id] : [];
}
