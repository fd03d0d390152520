/** A consumer fails for good: people see it, put the cause right, and have it tried again, or decide that it is to be left. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anOrder, dataOf, erp, fieldOf, REPORT, setUpPlant, type OrderAnswer } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2026-03-10T04:00:00Z');
const elsewhere: Claims = { ...productionManager, factoryIds: ['factory-bj-01'] };
let mes: TestSubgraph;
let order: OrderAnswer;

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  order = await anOrder(mes, await setUpPlant(mes), { quantity: '100' });
});
afterAll(() => mes.stop());

type Letter = { id: string; service: string; consumer: string; eventType: string; state: string; error: string };
type Letters = { mes: { edges: { node: Letter }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
const LETTERS = `query($first: Int! = 50, $after: String, $states: [DeadLetterState!]) {
  deadLetters { mes(first: $first, after: $after, states: $states) {
    edges { node { id service consumer eventType aggregateId factoryId state attempts error settledBy reason event } }
    pageInfo { hasNextPage endCursor } } } }`;
const lettersOf = async (variables: object = {}, claims?: Claims): Promise<Letter[]> => {
  const { mes: page } = await fieldOf<Letters>(mes, LETTERS, { ...variables }, claims);
  return page.edges.map(({ node }) => node);
};
const REPLAY = `mutation($input: ReplayDeadLetterInput!) { replayDeadLetter(input: $input) {
  ... on ReplayDeadLetterPayload { service deadLetterId replayed } ... on DeadLetterRefusal { code message } } }`;
const DISCARD = `mutation($input: DiscardDeadLetterInput!) { discardDeadLetter(input: $input) {
  ... on DiscardDeadLetterPayload { service deadLetterId replayed } ... on DeadLetterRefusal { code message } } }`;

let requests = 0;
const report = (goodQuantity: string) =>
  fieldOf<{ report: { id: string } }>(mes, REPORT, {
    input: { requestId: `r-${++requests}`, operationId: order.operations[0]!.id, goodQuantity },
  });

/** Why daily figures cannot be counted, until it is put right. */
const breakDailyFigures = () => mes.rows('ALTER TABLE mes.daily_production RENAME TO daily_production_lost');
const mendDailyFigures = () => mes.rows('ALTER TABLE mes.daily_production_lost RENAME TO daily_production');
const counted = async () =>
  (await mes.rows<{ sum: string | null }>('SELECT sum(report_count)::int::text AS sum FROM mes.daily_production'))[0]!
    .sum;

async function aDeadLetter(goodQuantity: string): Promise<Letter> {
  const known = new Set((await lettersOf()).map(({ id }) => id));
  await breakDailyFigures();
  await report(goodQuantity);
  const letter = await vi.waitFor(
    async () => (await lettersOf()).find(({ id }) => !known.has(id)) ?? Promise.reject(new Error('none died')),
    { timeout: 20_000, interval: 50 },
  );
  await mendDailyFigures();
  return letter;
}

const stateOf = async (id: string) =>
  (await lettersOf({ states: ['DEAD', 'REPLAYING', 'RESOLVED', 'DISCARDED'] })).find((it) => it.id === id);
const waitForState = (id: string, state: string) =>
  vi.waitFor(async () => expect(await stateOf(id)).toMatchObject({ state }), { timeout: 20_000, interval: 50 });

describe('an event that a consumer failed for good', () => {
  it('is shown to the administrators of its plant, with what it was and why', async () => {
    const letter = await aDeadLetter('1');
    expect(letter).toMatchObject({
      ...{ service: 'MES', consumer: 'mes.daily-reports', eventType: 'ProductionReported', aggregateId: order.id },
      ...{ factoryId: 'factory-sh-01', state: 'DEAD', attempts: 4, settledBy: null, reason: null },
    });
    expect(letter.error).toContain('daily_production');
    expect(JSON.parse((letter as unknown as { event: string }).event)).toMatchObject({ data: { good_qty: '1' } });
    expect(await lettersOf({}, otherTenant)).toEqual([]);
    expect(await lettersOf({}, elsewhere)).toEqual([]);
  });

  it('is told to the plant in an event', async () => {
    const [letter] = await lettersOf();
    const told = await mes.rows<{ envelope: object }>(
      `SELECT envelope FROM mes.outbox WHERE routing_key = 'events.event.dead-lettered.v1' AND aggregate_id = $1`,
      [letter!.id],
    );
    const data = {
      consumer: 'mes.daily-reports',
      event_type: 'ProductionReported',
      about: { work_order_id: order.id },
    };
    expect(told).toMatchObject([{ envelope: { tenant_id: 'tenant-001', factory_id: 'factory-sh-01', data } }]);
  });

  it('counts in the backlog', async () => {
    type Backlog = { mes: { unsentEvents: number; consumers: { consumer: string; deadLetters: number }[] } };
    const query = `{ eventBacklog { mes { unsentEvents oldestUnsentSeconds
      consumers { consumer queued waiting retrying deadLetters } } } }`;
    const backlog = await fieldOf<Backlog>(mes, query);
    expect(backlog.mes.consumers).toContainEqual({
      ...{ consumer: 'mes.daily-reports', queued: null, waiting: 0, retrying: 0, deadLetters: 1 },
    });
    expect(backlog.mes.consumers.map(({ consumer }) => consumer)).toContain('mes.dead-letters');
    const theirs = await fieldOf<Backlog>(mes, query, {}, otherTenant);
    expect(theirs.mes.consumers.every(({ deadLetters }) => deadLetters === 0)).toBe(true);
  });

  it('has its effect once after all, when it is tried again', async () => {
    const [letter] = await lettersOf();
    expect(await counted()).toBeNull();
    const input = { requestId: 'replay-1', service: 'MES', deadLetterId: letter!.id };
    const answer = { service: 'MES', deadLetterId: letter!.id };
    expect(await fieldOf(mes, REPLAY, { input })).toEqual({ ...answer, replayed: false });
    expect(await fieldOf(mes, REPLAY, { input })).toEqual({ ...answer, replayed: true });
    await waitForState(letter!.id, 'RESOLVED');
    expect(await counted()).toBe('1');
    expect(await stateOf(letter!.id)).toMatchObject({ settledBy: 'emp-001' });
    expect(await lettersOf()).toEqual([]);
  });

  it('is left alone by whoever may not see its plant', async () => {
    const letter = await aDeadLetter('2');
    for (const [at, claims] of [otherTenant, elsewhere].entries()) {
      const input = { requestId: `foreign-${at}`, service: 'MES', deadLetterId: letter.id };
      await fieldOf(mes, REPLAY, { input }, claims);
      await fieldOf(mes, DISCARD, { input: { ...input, requestId: `foreign-d-${at}`, reason: 'x' } }, claims);
    }
    await vi.waitFor(
      async () => {
        const [{ n } = { n: 0 }] = await mes.rows<{ n: number }>(
          `SELECT count(*)::int AS n FROM mes.inbox WHERE consumer = 'mes.dead-letters'`,
        );
        expect(n).toBe(5);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(await stateOf(letter.id)).toMatchObject({ state: 'DEAD' });
  });

  it('has no effect when somebody decides so, with a reason, and cannot be tried again', async () => {
    const [letter] = await lettersOf();
    const before = await counted();
    const input = { requestId: 'discard-1', service: 'MES', deadLetterId: letter!.id, reason: 'counted by hand' };
    expect(await fieldOf(mes, DISCARD, { input })).toMatchObject({ replayed: false });
    await waitForState(letter!.id, 'DISCARDED');
    expect(await stateOf(letter!.id)).toMatchObject({ settledBy: 'emp-001', reason: 'counted by hand' });
    await fieldOf(mes, REPLAY, { input: { requestId: 'replay-2', service: 'MES', deadLetterId: letter!.id } });
    const [told] = await mes.rows<{ data: object }>(
      `SELECT envelope->'data' AS data FROM mes.outbox WHERE routing_key = 'events.dead-letter.resolved.v1' ORDER BY id DESC`,
    );
    expect(told!.data).toMatchObject({ outcome: 'DISCARDED', by: 'emp-001', reason: 'counted by hand' });
    expect(await stateOf(letter!.id)).toMatchObject({ state: 'DISCARDED' });
    expect(await counted()).toBe(before);
  });

  it('leaves in the audit trail who wanted what, and what became of it', async () => {
    const query = `{ auditTrail(entity: "DeadLetter") { edges { node { command userId reason changes { field old new } } } } }`;
    const { edges } = await fieldOf<{ edges: { node: { command: string; changes: object[] } }[] }>(mes, query);
    const commands = edges.map(({ node }) => node.command);
    expect(commands).toEqual(expect.arrayContaining(['replayDeadLetter', 'discardDeadLetter']));
    const decided = edges.filter(({ node }) => node.changes.some((it) => 'old' in it && it.old === 'DEAD'));
    expect(decided.map(({ node }) => node)).toMatchObject([
      { command: 'discardDeadLetter', userId: 'emp-001', reason: 'counted by hand' },
      { command: 'replayDeadLetter', userId: 'emp-001' },
    ]);
  });
});

describe('a wish that cannot be granted', () => {
  it.each([
    ['an id that is none', REPLAY, { deadLetterId: 'no id' }, 'LETTER_NOT_FOUND'],
    ['an empty request id', REPLAY, { requestId: '' }, 'BAD_REQUEST_ID'],
    ['a request id of another wish', REPLAY, { requestId: 'replay-1' }, 'REQUEST_ID_REUSED'],
    ['no reason', DISCARD, { reason: ' ' }, 'BAD_REASON'],
  ])('is refused: %s', async (_what, mutation, change, code) => {
    const deadLetterId = '0199f3a0-7c1e-8d32-9a52-1d5c6a3b2f10';
    const input = {
      requestId: `w-${code}`,
      service: 'EAM',
      deadLetterId,
      ...(mutation === DISCARD && { reason: 'x' }),
    };
    expect(await fieldOf(mes, mutation, { input: { ...input, ...change } })).toMatchObject({ code });
    const refused = await fieldOf(mes, mutation, { input: { ...input, ...change } }, inChinese(productionManager));
    expect((refused as { message: string }).message).toMatch(/[\u4e00-\u9fff]/);
  });
});

describe('the pages', () => {
  it('hold everything once, latest first, in whatever sizes they are read', async () => {
    const states = ['RESOLVED', 'DISCARDED'];
    const all = await lettersOf({ states });
    const found: Letter[] = [];
    let after: string | null = null;
    do {
      const { mes: page }: Letters = await fieldOf<Letters>(mes, LETTERS, { first: 1, after, states });
      found.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(all).toHaveLength(2);
    expect(found).toEqual(all);
  });

  it('of a cursor that is none are refused', async () => {
    await expect(dataOf(mes, LETTERS, { after: 'nonsense' })).rejects.toThrow('cursor');
  });
});
