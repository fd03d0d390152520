import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const equipmentUpData = z.object({
  downtime_id: id.describe('The downtime that is over; the machine may still be down for another reason.'),
  equipment_id: id,
  equipment_code: id.describe('As people know the machine.'),
  station_ids: z.array(id).max(1_000).describe('Stations that it serves.'),
  at: instant.describe('Since when it is available again.'),
  by: id,
});

/** A downtime of a machine ended. */
export type EquipmentUp = z.infer<typeof equipmentUpData>;

export const equipmentUp = defineEvent({
  name: 'EquipmentUp',
  routingKey: 'eam.equipment.up.v1',
  version: '1.0',
  data: equipmentUpData,
});
