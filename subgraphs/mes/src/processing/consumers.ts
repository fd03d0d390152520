import { deadLetterResolved } from '@enghub/event-contracts/events/dead-letter-resolved.v1';
import { eventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { hearOfLetter } from './commands.ts';

/** Every service tells of its dead letters, and of what became of them. */
export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'processing',
    routingKeys: [eventDeadLettered.routingKey, deadLetterResolved.routingKey],
    handle: hearOfLetter,
  },
];
