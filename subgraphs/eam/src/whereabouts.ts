import { permanentFailure } from '@enghub/messaging/transport';
import { isId } from '@enghub/subgraph-kit/ids';

/** Where an event happened. One that does not say so cannot be applied, however often it is tried. */
export function whereabouts(factoryId: string | null, stationId: string): { factoryId: string; stationId: string } {
  if (factoryId === null) throw permanentFailure('the event names no factory');
  if (!isId(stationId)) throw permanentFailure(`"${stationId}" is no id of a station`);
  return { factoryId, stationId };
}
