import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const notificationRaisedData = z.object({
  occasion_id: id.describe('What happened; the same id again when a burst of it goes on.'),
  kind: id,
  severity: z.literal(['INFO', 'WARNING', 'CRITICAL']),
  count: z.int().min(1).describe('How often it happened so far.'),
  recipient_ids: z.array(id).min(1).max(10_000),
  at: instant,
});

/** People are told of something; what they read stands in the graph. */
export type NotificationRaised = z.infer<typeof notificationRaisedData>;

export const notificationRaised = defineEvent({
  name: 'NotificationRaised',
  routingKey: 'luaguage-bridge.notification.raised.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: notificationRaisedData,
});
