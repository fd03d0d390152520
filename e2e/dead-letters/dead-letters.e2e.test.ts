/** What a consumer failed for good, as an administrator of the distributed system sees and repairs it. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDistributed, type DistributedSystem } from '../support/distributed.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf } from '../support/graph.ts';
import { smallPlant, type SmallPlant } from '../support/small-plant.ts';
import { processingOf, report } from './processing.ts';

const WITHIN = { within: 60_000 };
const administrator = 'emp-901';
let system: DistributedSystem | undefined;
let plant: SmallPlant;
let database: pg.Client;

beforeAll(async () => {
  system = await startDistributed({
    through: async (backing) => {
      database = new pg.Client({ connectionString: new URL('/enghub', backing.database).href });
      return backing;
    },
  });
  if (!system) return;
  await database.connect();
  plant = await smallPlant(system.graph);
}, 240_000);
afterAll(async () => {
  await database?.end();
  await system?.stop();
});

/** Without a broker there is no distributed form; the set-up has said so loudly, and fails in CI. */
function story(name: string, tell: (running: DistributedSystem) => Promise<void>): void {
  it(name, async (context) => {
    if (!system) return context.skip();
    await tell(system);
  });
}

type Letter = { id: string; service: string; consumer: string; eventType: string; state: string };
type Part = { edges: { node: Letter }[] } | null;
const LETTERS = `{ deadLetters {
  ${['mes', 'qms', 'pp', 'eam', 'luaguageBridge'].map((it) => `${it}(states: [DEAD, REPLAYING, RESOLVED]) { edges { node { id service consumer eventType state } } }`).join(' ')}
} }`;
const parts = async (userId = administrator) => {
  const { data, errors } = await system!.graph.ask(userId, LETTERS);
  return { parts: (data as { deadLetters: Record<string, Part> | null } | null)?.deadLetters, errors };
};
const ofQms = async () => (await parts()).parts?.['qms']?.edges.map(({ node }) => node) ?? [];

describe('an event that a consumer failed for good', () => {
  story(
    'is shown by its service, told to the administrators, and has its effect once it is tried again',
    async ({ graph }) => {
      await database.query('ALTER TABLE qms.counted_reports RENAME TO counted_reports_lost');
      const reportId = await report(graph, plant, 'dead-1');
      const letter = await eventually(async () => (await ofQms())[0], WITHIN);
      expect(letter).toMatchObject({
        service: 'QMS',
        consumer: 'qms.inspections',
        eventType: 'ProductionReported',
        state: 'DEAD',
      });
      await eventually(async () => (await processingOf(graph, plant, reportId))?.state === 'FAILED', WITHIN);
      expect(await processingOf(graph, plant, reportId)).toMatchObject({ failedStep: { step: 'qms.inspections' } });
      await eventually(async () => {
        const answer = await graph.ask(administrator, '{ notifications { edges { node { kind title } } } }');
        return JSON.stringify(answer.data).includes('EVENT_DEAD_LETTERED');
      }, WITHIN);

      await database.query('ALTER TABLE qms.counted_reports_lost RENAME TO counted_reports');
      const replay = `mutation ($input: ReplayDeadLetterInput!) { replayDeadLetter(input: $input) { __typename } }`;
      const wish = { requestId: 'wish-1', service: letter.service, deadLetterId: letter.id };
      expect(dataOf(await graph.ask(administrator, replay, { input: wish }))).toEqual({
        replayDeadLetter: { __typename: 'ReplayDeadLetterPayload' },
      });
      await eventually(async () => (await ofQms())[0]?.state === 'RESOLVED', WITHIN);
      const { rows } = await database.query('SELECT FROM qms.counted_reports');
      expect(rows).toHaveLength(1);
      await eventually(async () => (await processingOf(graph, plant, reportId))?.state === 'HANDED_OVER', WITHIN);
    },
  );

  story('is nobody’s business but the administrators’', async ({ graph }) => {
    expect(await parts('emp-001')).toMatchObject({
      parts: null,
      errors: [{ path: ['deadLetters'], extensions: { code: 'FORBIDDEN' } }],
    });
    const wish = { requestId: 'wish-2', service: 'QMS', deadLetterId: crypto.randomUUID(), reason: 'x' };
    const discard = `mutation ($input: DiscardDeadLetterInput!) { discardDeadLetter(input: $input) { __typename } }`;
    const answer = await graph.ask('emp-001', discard, { input: wish });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  for (const down of ['pp', 'mes'] as const) {
    story(`is shown by the others while ${down} is down`, async ({ kill, start }) => {
      await kill(down);
      await eventually(async () => (await parts()).errors?.length, WITHIN);
      const { parts: shown, errors } = await parts();
      expect(shown).toMatchObject({ [down]: null, qms: { edges: [{ node: { service: 'QMS' } }] }, eam: { edges: [] } });
      expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
      await start(down);
    });
  }
});
