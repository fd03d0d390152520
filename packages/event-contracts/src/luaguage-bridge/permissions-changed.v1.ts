import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const permissionsChangedData = z.object({
  user_id: id,
  at: instant.describe('When we heard of it.'),
});

/** What a user may do, or where, is other than it was. Whoever remembers it asks again. */
export type PermissionsChanged = z.infer<typeof permissionsChangedData>;

export const permissionsChanged = defineEvent({
  name: 'PermissionsChanged',
  routingKey: 'luaguage-bridge.permissions.changed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: permissionsChangedData,
});
