import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const equipmentRegisteredData = z.object({
  equipment_id: id,
  code: id,
  name: z.string(),
  station_id: id.nullable(),
  at: instant,
  by: id,
});

/** A machine was entered in the equipment register. */
export type EquipmentRegistered = z.infer<typeof equipmentRegisteredData>;

export const equipmentRegistered = defineEvent({
  name: 'EquipmentRegistered',
  routingKey: 'eam.equipment.registered.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: equipmentRegisteredData,
});
