/** Whoever looks at a report or an order sees whether what follows from it was done. */
import { deadLetterResolved } from '@enghub/event-contracts/events/dead-letter-resolved.v1';
import { eventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import { newEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';
import { inChinese, productionManager } from '@enghub/testkit/claims';
import { countQueries } from '@enghub/testkit/count-queries';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anOrder, erp, fieldOf, REPORT, setUpPlant, type OrderAnswer } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { effectOf, knownSteps } from './messages.ts';

const now = new Date('2026-03-10T04:00:00Z');
const soon = { timeout: 20_000, interval: 50 };
let mes: TestSubgraph;
let order: OrderAnswer;

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  order = await anOrder(mes, await setUpPlant(mes), { quantity: '1000' });
});
afterAll(() => mes.stop());

type Step = { step: string; effect: string; state: string; settledAt: string | null; reason: string | null };
type Processing = { state: string; since: string | null; failedStep: Step | null; steps: Step[] };
const PROCESSING = `processing { state since failedStep { step effect state since settledAt reason }
  steps { step effect state since settledAt reason } }`;
type Answer = { reports: { edges: { node: { id: string; processing: Processing } }[] }; processing: Processing };
const ORDER = `query($id: ID!) { workOrder(id: $id) { ${PROCESSING}
  reports(first: 50) { edges { node { id ${PROCESSING} } } } } }`;

const ask = (claims = productionManager) => fieldOf<Answer>(mes, ORDER, { id: order.id }, claims);
const ofOrder = async () => (await ask()).processing;
const ofReport = async (id: string, claims = productionManager) =>
  (await ask(claims)).reports.edges.find(({ node }) => node.id === id)!.node.processing;

let requests = 0;
async function report(): Promise<string> {
  const input = { requestId: `r-${++requests}`, operationId: order.operations[0]!.id, goodQuantity: '1' };
  return (await fieldOf<{ report: { id: string } }>(mes, REPORT, { input })).report.id;
}
const handedOver = async (id: string) =>
  vi.waitFor(async () => expect(await ofReport(id)).toMatchObject({ state: 'HANDED_OVER' }), soon);

const MES_LETTERS = `{ deadLetters { mes { edges { node { id } } } } }`;
async function settle(mutation: string, input: object): Promise<void> {
  const { mes: page } = await fieldOf<{ mes: { edges: { node: { id: string } }[] } }>(mes, MES_LETTERS);
  expect(page.edges).toHaveLength(1);
  const letter = { requestId: `s-${++requests}`, service: 'MES', deadLetterId: page.edges[0]!.node.id, ...input };
  const name = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}`;
  const answer = await fieldOf(mes, `mutation($input: ${name}Input!) { ${mutation}(input: $input) { __typename } }`, {
    input: letter,
  });
  expect(answer).toEqual({ __typename: `${name}Payload` });
}

/** A report that is not counted in the daily report, for good. */
async function aFailedReport(): Promise<string> {
  await mes.rows('ALTER TABLE mes.daily_production RENAME TO daily_production_lost');
  const id = await report();
  await vi.waitFor(async () => expect(await ofReport(id)).toMatchObject({ state: 'FAILED' }), soon);
  await mes.rows('ALTER TABLE mes.daily_production_lost RENAME TO daily_production');
  return id;
}

describe('what follows from a report', () => {
  it('is pending while its news cannot leave, and handed over when it has left', async () => {
    await handedOver(await report());
    await mes.rows('ALTER TABLE mes.mailbox RENAME TO mailbox_away');
    const id = await report();
    expect(await ofReport(id)).toMatchObject({ state: 'PENDING', failedStep: null, steps: [] });
    expect((await ofReport(id)).since).not.toBeNull();
    expect(await ofOrder()).toMatchObject({ state: 'PENDING' });
    await mes.rows('ALTER TABLE mes.mailbox_away RENAME TO mailbox');
    await handedOver(id);
    await vi.waitFor(async () => expect(await ofOrder()).toMatchObject({ state: 'HANDED_OVER', since: null }), soon);
  });

  it('has failed when a step failed for good, says which one in the reader’s language, and marks the order', async () => {
    const id = await aFailedReport();
    const failedStep = { step: 'mes.daily-reports', effect: 'It is not counted in the daily report.', state: 'FAILED' };
    const processing = await ofReport(id);
    expect(processing).toMatchObject({ failedStep, steps: [failedStep] });
    expect(processing.since).not.toBeNull();
    expect((await ofReport(id, inChinese(productionManager))).failedStep!.effect).toMatch(/生产日报/);
    expect(await ofOrder()).toMatchObject({ state: 'FAILED', failedStep });
    const others = (await ask()).reports.edges.filter(({ node }) => node.id !== id);
    expect(others.every(({ node }) => node.processing.state === 'HANDED_OVER')).toBe(true);

    await settle('replayDeadLetter', {});
    await handedOver(id);
    const repaired = { step: 'mes.daily-reports', state: 'REPAIRED', reason: null };
    expect(await ofReport(id)).toMatchObject({ failedStep: null, since: null, steps: [repaired] });
    expect((await ofReport(id)).steps[0]!.settledAt).not.toBeNull();
  });

  it('stays marked, with the reason, when somebody decides that a step shall not be done', async () => {
    const id = await aFailedReport();
    await settle('discardDeadLetter', { reason: 'rebuilt the daily report' });
    const failedStep = { state: 'DISCARDED', reason: 'rebuilt the daily report' };
    await vi.waitFor(async () => expect(await ofReport(id)).toMatchObject({ state: 'DISCARDED', failedStep }), soon);
    expect(await ofOrder()).toMatchObject({ state: 'DISCARDED', failedStep });
  });

  it('is known of other services too, however often a step fails', async () => {
    const reportId = await report();
    await handedOver(reportId);
    const letterId = newId();
    const letter = {
      ...{ dead_letter_id: letterId, consumer: 'qms.inspections', event_id: newId(), event_type: 'ProductionReported' },
      ...{ routing_key: 'mes.production-report.reported.v1', aggregate_id: order.id, at: '2026-03-10T04:00:00Z' },
    };
    const circumstances = () => ({
      ...{ eventId: newId(), tenantId: 'tenant-001', factoryId: 'factory-sh-01', sourceService: 'qms' },
      ...{ traceId: 'trace-1', aggregateId: letterId, at: now },
    });
    const about = { report_id: reportId, work_order_id: order.id };
    const died = { ...letter, about, attempts: 4, error: 'no plan' };
    const later = { ...died, attempts: 8, at: '2026-03-10T05:00:00Z' };
    for (const data of [died, later]) {
      await mes.transport.publish([newEvent(eventDeadLettered, data, circumstances())]);
    }
    await vi.waitFor(async () => {
      const { steps, state, since } = await ofReport(reportId);
      expect({ state, since, steps }).toMatchObject({ state: 'FAILED', steps: [{ step: 'qms.inspections' }] });
      expect(new Date(since!)).toEqual(now);
    }, soon);
    const resolved = { ...letter, outcome: 'REPLAYED' as const, by: 'emp-901', reason: null };
    await mes.transport.publish([newEvent(deadLetterResolved, resolved, circumstances())]);
    await handedOver(reportId);
  });

  it('costs one statement for a page of reports', async () => {
    const query = `query($id: ID!, $first: Int!) { workOrder(id: $id) { reports(first: $first) { edges { node { id processing { state } } } } } }`;
    const ofPage = (first: number) => countQueries(() => fieldOf<Answer>(mes, query, { id: order.id, first }));
    const [one, several] = [await ofPage(1), await ofPage(4)];
    expect(several.result.reports.edges).toHaveLength(4);
    expect(several.queries).toBe(one.queries);
    expect(several.texts.filter((text) => text.includes('failed_steps'))).toHaveLength(1);
  });
});

it('every step has words of its own in both languages', () => {
  for (const step of knownSteps) {
    expect(effectOf(step, 'en')).not.toBe(effectOf('new.step', 'en'));
    expect(effectOf(step, 'zh-CN')).toMatch(/[\u4e00-\u9fff]/);
  }
});
