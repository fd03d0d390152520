import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { hear } from './commands.ts';
import { heardEvents } from './rules.ts';

export const consumers: readonly Consumer<Context>[] = [
  { name: 'notifications', routingKeys: heardEvents.map(({ routingKey }) => routingKey), handle: hear },
];
