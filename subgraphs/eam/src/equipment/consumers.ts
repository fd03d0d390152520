import { parseEvent } from '@enghub/event-contracts/envelope';
import { stationDefined } from '@enghub/event-contracts/mes/station-defined.v1';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { whereabouts } from '../whereabouts.ts';
import { hearOfStation } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'equipment',
    routingKeys: [stationDefined.routingKey],
    handle: async (event, context) => {
      const { factory_id, data } = parseEvent(stationDefined, event);
      const { factoryId, stationId } = whereabouts(factory_id, data.station_id);
      await hearOfStation({ id: stationId, factoryId, code: data.code, name: data.name }, context);
    },
  },
];
