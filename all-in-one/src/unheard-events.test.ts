/** Which events nobody in the house hears is what their contracts say, and nothing else. */
import { allEvents } from '@enghub/event-contracts/all';
import { slices as eam } from '@enghub/eam/slices';
import { slices as bridge } from '@enghub/luaguage-bridge/slices';
import { slices as mes } from '@enghub/mes/slices';
import { slices as pp } from '@enghub/pp/slices';
import { slices as qms } from '@enghub/qms/slices';
import { topicMatches } from '@enghub/messaging/transport';
import { deadLetterConsumer } from '@enghub/subgraph-kit/events/dead-letter-consumer';
import { expect, it } from 'vitest';

type Hearing = Readonly<{ routingKeys: readonly string[] }>;
type Listening = Readonly<{ consumers?: readonly Hearing[] }>;

it('knows of each event whether it may go unheard', () => {
  const slices: readonly Listening[] = [...eam, ...bridge, ...mes, ...pp, ...qms];
  const ofEachService: Hearing = deadLetterConsumer('mes', () => {
    throw new Error('nobody asks here');
  });
  const consumers = [...slices.flatMap((slice) => slice.consumers ?? []), ofEachService];
  const patterns = consumers.flatMap(({ routingKeys }) => routingKeys);
  const isHeard = (routingKey: string) => patterns.some((pattern) => topicMatches(pattern, routingKey));
  const unheard = allEvents.map(({ routingKey }) => routingKey).filter((routingKey) => !isHeard(routingKey));
  const mayGoUnheard = allEvents.filter((contract) => contract.mayGoUnheard).map(({ routingKey }) => routingKey);
  expect(mayGoUnheard.sort()).toEqual(unheard.sort());
});
