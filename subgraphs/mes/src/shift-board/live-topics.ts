import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';

/** The boards that an event moves. */
export function liveTopics(event: Envelope): readonly string[] {
  if (!isEvent(productionReported, event) || event.data.station_id === null) return [];
  const { station_id, shift_date, shift } = event.data;
  return [`${event.tenant_id}.shiftBoard.${station_id}.${shift_date}.${shift}`];
}
