import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const notificationReadData = z.object({
  user_id: id,
  count: z.int().min(1).describe('How many notifications were marked at once.'),
  at: instant,
});

/** Somebody read notifications. */
export type NotificationRead = z.infer<typeof notificationReadData>;

export const notificationRead = defineEvent({
  name: 'NotificationRead',
  routingKey: 'luaguage-bridge.notification.read.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: notificationReadData,
});
