import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const notificationSentData = z.object({
  notification_id: id.describe('Also the idempotency key that it was sent under.'),
  recipient_id: id,
  kind: id,
  luaguage_id: id.describe('Under which the ERP took it.'),
  at: instant,
});

/** The ERP (luaguage) took a notification and delivers it. */
export type NotificationSent = z.infer<typeof notificationSentData>;

export const notificationSent = defineEvent({
  name: 'NotificationSent',
  routingKey: 'luaguage-bridge.notification.sent.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: notificationSentData,
});
