import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const stationDefinedData = z.object({
  station_id: id,
  code: id,
  name: z.string(),
  line_id: id.nullable(),
  at: instant,
});

/** A station was set up, renamed or moved to another line. */
export type StationDefined = z.infer<typeof stationDefinedData>;

export const stationDefined = defineEvent({
  name: 'StationDefined',
  routingKey: 'mes.station.defined.v1',
  version: '1.0',
  data: stationDefinedData,
});
