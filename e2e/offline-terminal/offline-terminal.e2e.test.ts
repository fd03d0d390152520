import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { dataOf } from '../support/graph.ts';
import { smallPlant, type SmallPlant } from '../support/small-plant.ts';

type Row = Readonly<{ requestId: string; operationId: string; goodQuantity: string; endedAt: string }>;
type Answer = Readonly<{
  replayed?: boolean;
  report?: Readonly<{ id: string; goodQuantity: string; shiftDate: string; shift: string }>;
  code?: string;
  limit?: string | null;
}>;

const ANSWER = `__typename
  ... on ReportProductionPayload { replayed report { id goodQuantity shiftDate shift } }
  ... on ProductionReportRefusal { code limit }`;
const single = `mutation ($input: ReportProductionInput!) { reportProduction(input: $input) { ${ANSWER} } }`;
const batch = `mutation ($input: ReportProductionBatchInput!) { reportProductionBatch(input: $input) {
  ... on ReportProductionBatchPayload { results { ${ANSWER} } } ... on ProductionReportRefusal { code } } }`;

const terminal = 'emp-101';
const seed = Math.trunc(Math.random() * 2 ** 32);

let system: RunningSystem;

beforeAll(async () => {
  system = await startAllInOne();
});

afterAll(async () => {
  await system?.stop();
  if (system) removeData(system);
});

/** What the terminal wrote down: 54 good rows of a piece, 3 that no order has room for and 3 that nobody can have meant. */
function queueOf({ operationId }: SmallPlant): readonly Row[] {
  return Array.from({ length: 60 }, (_, at) => ({
    requestId: crypto.randomUUID(),
    operationId,
    goodQuantity: at % 20 === 7 ? '5000' : at % 20 === 13 ? '-1' : '1',
    endedAt: new Date(Date.UTC(2012, 1, 1, 2, at)).toISOString(),
  }));
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return items
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

async function sendOne(input: Row): Promise<Answer> {
  const answer = await system.graph.ask(terminal, single, { input });
  return dataOf<{ reportProduction: Answer }>(answer).reportProduction;
}

async function sendBatch(reports: readonly Row[]): Promise<readonly Answer[]> {
  const answer = await system.graph.ask(terminal, batch, { input: { reports } });
  return dataOf<{ reportProductionBatch: { results: Answer[] } }>(answer).reportProductionBatch.results;
}

/** In random order, one half as a batch and the other half one by one, all at the same time. */
async function sendAnyhow(queue: readonly Row[]): Promise<ReadonlyMap<string, Answer>> {
  const rows = shuffled(queue);
  const together = rows.slice(0, rows.length / 2);
  const alone = rows.slice(rows.length / 2);
  const [results, ...answers] = await Promise.all([sendBatch(together), ...alone.map(sendOne)]);
  return new Map([
    ...together.map((row, at) => [row.requestId, results[at]!] as const),
    ...alone.map((row, at) => [row.requestId, answers[at]!] as const),
  ]);
}

async function inOrder(queue: readonly Row[]): Promise<ReadonlyMap<string, Answer>> {
  const results = await sendBatch(queue);
  return new Map(queue.map((row, at) => [row.requestId, results[at]!]));
}

async function counted({ orderId }: SmallPlant) {
  const { workOrder } = dataOf<{
    workOrder: { goodQuantity: string; reports: { edges: { node: { id: string; goodQuantity: string } }[] } };
  }>(
    await system.graph.ask(
      terminal,
      'query ($id: ID!) { workOrder(id: $id) { goodQuantity reports(first: 200) { edges { node { id goodQuantity } } } } }',
      { id: orderId },
    ),
  );
  return { good: workOrder.goodQuantity, ids: workOrder.reports.edges.map(({ node }) => node.id) };
}

const without = ({ replayed: _, ...answer }: Answer) => answer;

describe(`a terminal that was offline (seed ${seed})`, () => {
  it('may send its queue again in any order and any parts: nothing counts twice, and every answer is the first one', async () => {
    const plant = await smallPlant(system.graph);
    const queue = queueOf(plant);
    const first = await inOrder(queue);
    const codes = queue.map(({ requestId }) => first.get(requestId)!.code).filter((code) => code !== undefined);
    expect(codes.sort()).toEqual([...Array(3).fill('NEGATIVE_QUANTITY'), ...Array(3).fill('OVER_LIMIT')]);
    const afterFirst = await counted(plant);
    expect(afterFirst.good).toBe('54');
    expect(new Set(afterFirst.ids).size).toBe(54);

    const second = await sendAnyhow(queue);
    for (const { requestId } of queue) {
      expect(without(second.get(requestId)!)).toEqual(without(first.get(requestId)!));
      if (second.get(requestId)!.report) expect(second.get(requestId)!.replayed).toBe(true);
    }
    const afterSecond = await counted(plant);
    expect(afterSecond.good).toBe('54');
    expect(new Set(afterSecond.ids)).toEqual(new Set(afterFirst.ids));
    expect(afterSecond.ids).toHaveLength(54);
  });

  it('may do so while its first try is still on the way: one of the two counts, and both hear of the same report', async () => {
    const plant = await smallPlant(system.graph);
    const queue = queueOf(plant);
    const [first, second] = await Promise.all([inOrder(queue), sendAnyhow(queue)]);
    for (const { requestId } of queue) {
      const answers = [first.get(requestId)!, second.get(requestId)!];
      expect(without(answers[0]!)).toEqual(without(answers[1]!));
      if (answers[0]!.report) expect(answers.filter(({ replayed }) => replayed)).toHaveLength(1);
    }
    const { good, ids } = await counted(plant);
    expect(good).toBe('54');
    const reported = [...first.values()].flatMap(({ report }) => (report ? [report.id] : []));
    expect(new Set(ids)).toEqual(new Set(reported));
    expect(ids).toHaveLength(54);
  });
});
