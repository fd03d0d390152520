import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const equipmentDownData = z.object({
  downtime_id: id.describe('Names this downtime; EquipmentUp ends it by this id.'),
  equipment_id: id,
  equipment_code: id.describe('As people know the machine.'),
  station_ids: z.array(id).max(1_000).describe('Stations that cannot work without it.'),
  reason: text.describe('What people read.'),
  planned: z.boolean().describe('True for maintenance, false for a breakdown.'),
  expected_until: instant.nullable().describe('When it should be up again, if anybody knows.'),
  owner: id.nullable().describe('The user or department that sees to it.'),
  at: instant.describe('Since when it is down.'),
  by: id,
});

/** A machine stopped being available. */
export type EquipmentDown = z.infer<typeof equipmentDownData>;

export const equipmentDown = defineEvent({
  name: 'EquipmentDown',
  routingKey: 'eam.equipment.down.v1',
  version: '1.0',
  data: equipmentDownData,
});
