import { operator, otherTenant } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { codeOf, reporter, type Answer } from '../production-reporting/reports-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2026-03-10T04:00:00Z');

let mes: TestSubgraph;
let plant: Plant;
let floor: ReturnType<typeof reporter>;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  floor = reporter(mes);
});
afterAll(() => mes.stop());

/** An order that was released while the plant had these policies. */
async function orderUnder(policies: object) {
  await floor.decidePolicies(plant, { reportApproval: 'NONE', overproduction: { mode: 'BLOCK' }, ...policies });
  const { id, operations } = await anOrder(mes, plant);
  return { id, first: operations[0]!.id, second: operations[1]!.id };
}
const decisionOn = ({ awaiting }: Answer, reason: string | null = null) => ({
  id: awaiting!.id,
  version: awaiting!.version,
  reason,
});

const waitingIn = async (status: string, factoryId = plant.factoryId) => {
  const found = await fieldOf<{ edges: { node: { id: string } }[] } | null>(
    mes,
    `query($factoryId: ID!, $status: ReportApprovalStatus!) {
      reportsAwaitingApproval(factoryId: $factoryId, status: $status) { edges { node { id cause goodQuantity report { id } } } } }`,
    { factoryId, status },
  );
  return found?.edges.map(({ node }) => node.id);
};

describe('a report at a plant that approves all of them', () => {
  it('counts once somebody else approved it, at its time and by who made it', async () => {
    const order = await orderUnder({ reportApproval: 'ALL' });
    const input = {
      requestId: 'waits',
      operationId: order.first,
      goodQuantity: '3',
      operatorId: 'ID4932',
      endedAt: '2026-03-08T13:00:00Z',
    };
    const waits = await floor.report(input, operator);
    expect(waits).toMatchObject({
      __typename: 'ReportAwaitingApprovalPayload',
      replayed: false,
      awaiting: { status: 'AWAITING' },
    });
    expect(await floor.report(input, operator)).toMatchObject({ replayed: true, awaiting: { id: waits.awaiting!.id } });
    expect(await floor.sums(order.id)).toEqual(['0+0', '0+0']);
    expect(await waitingIn('AWAITING')).toContain(waits.awaiting!.id);

    expect(await floor.approve(decisionOn(waits), operator)).toMatchObject({ code: 'FOUR_EYES' });
    expect(await floor.approve({ ...decisionOn(waits), version: 7 })).toMatchObject({ code: 'STALE_VERSION' });
    expect(await floor.approve(decisionOn(waits), otherTenant)).toMatchObject({ code: 'NOT_FOUND' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => floor.approve(decisionOn(waits))));
    expect(answers.map(({ code }) => code ?? 'APPROVED').sort()).toEqual([
      'ALREADY_DECIDED',
      'ALREADY_DECIDED',
      'ALREADY_DECIDED',
      'ALREADY_DECIDED',
      'APPROVED',
    ]);
    const approved = answers.find(({ report }) => report)!;
    expect(approved.report).toMatchObject({
      id: waits.awaiting!.id,
      goodQuantity: '3',
      operatorId: 'ID4932',
      reportedBy: operator.userId,
      shiftDate: '2026-03-08',
      shift: 'night',
    });
    expect(await floor.sums(order.id)).toEqual(['3+0', '0+0']);
    expect(await floor.report(input, operator)).toMatchObject({ replayed: true, awaiting: { status: 'APPROVED' } });
    const events = await mes.rows(`SELECT id FROM mes.outbox WHERE envelope->'data'->>'report_id' = $1`, [
      approved.report!.id,
    ]);
    expect(events).toHaveLength(1);
    const audited = await mes.rows(
      `SELECT command, entity, user_id FROM mes.audit_entries WHERE entity_id = $1 ORDER BY at, command DESC, entity`,
      [approved.report!.id],
    );
    expect(audited).toEqual([
      { command: 'reportProduction', entity: 'ReportAwaitingApproval', user_id: 'emp-101' },
      { command: 'approveReport', entity: 'ProductionReport', user_id: 'emp-001' },
      { command: 'approveReport', entity: 'ReportAwaitingApproval', user_id: 'emp-001' },
    ]);
  });

  it('never counts once it is declined', async () => {
    const order = await orderUnder({ reportApproval: 'ALL' });
    const waits = await floor.report({ operationId: order.first, goodQuantity: '3' }, operator);
    expect(await floor.decline(decisionOn(waits))).toMatchObject({ code: 'BAD_REASON' });
    const declined = await floor.decline(decisionOn(waits, 'counted by hand: 2'));
    expect(declined).toMatchObject({ awaiting: { status: 'DECLINED', version: 2 } });
    expect(await floor.approve({ ...decisionOn(waits), version: 2 })).toMatchObject({ code: 'ALREADY_DECIDED' });
    expect(await floor.sums(order.id)).toEqual(['0+0', '0+0']);
  });

  it('is refused when it is approved too late, and still waits', async () => {
    const order = await orderUnder({ reportApproval: 'ALL' });
    const [one, other] = await Promise.all(
      ['7', '8'].map((goodQuantity) => floor.report({ operationId: order.first, goodQuantity }, operator)),
    );
    expect((await floor.approve(decisionOn(one!))).report).toMatchObject({ goodQuantity: '7' });
    expect(await floor.approve(decisionOn(other!))).toMatchObject({
      code: 'REPORT_REFUSED',
      cause: { code: 'OVER_LIMIT', limit: '10', actual: '15' },
    });
    expect(await waitingIn('AWAITING')).toContain(other!.awaiting!.id);
    expect(await floor.sums(order.id)).toEqual(['7+0', '0+0']);
  });

  it('waits in a batch beside others', async () => {
    const waiting = await orderUnder({ reportApproval: 'ALL' });
    const counting = await orderUnder({});
    const { results } = await floor.batch([
      { requestId: 'b1', operationId: waiting.first, goodQuantity: '1' },
      { requestId: 'b2', operationId: counting.first, goodQuantity: '1' },
      { requestId: 'b1', operationId: waiting.first, goodQuantity: '1' },
    ]);
    expect(results.map(codeOf)).toEqual(['AWAITING', 'ACCEPTED', 'AWAITING']);
    expect(results[2]).toMatchObject({ replayed: true, awaiting: { id: results[0]!.awaiting!.id } });
  });
});

describe('more than ordered at a plant that lets somebody approve that', () => {
  it('waits, and counts with a warning once it is approved', async () => {
    const order = await orderUnder({ overproduction: { mode: 'APPROVE' } });
    expect(codeOf(await floor.report({ operationId: order.first, goodQuantity: '9' }, operator))).toBe('ACCEPTED');
    const waits = await floor.report({ operationId: order.first, goodQuantity: '2' }, operator);
    expect(waits).toMatchObject({ awaiting: { cause: 'OVER_LIMIT' } });
    const { report } = await floor.approve(decisionOn(waits, 'the customer takes it'));
    expect(report!.warnings).toMatchObject([{ code: 'OVER_LIMIT', limit: '10', actual: '11' }]);
    expect(await floor.sums(order.id)).toEqual(['11+0', '0+0']);
  });
});

describe('a correction at a plant that approves corrections', () => {
  it('waits, and never takes a report below zero', async () => {
    const order = await orderUnder({ reportApproval: 'CORRECTIONS' });
    const { report } = await floor.report({ operationId: order.first, goodQuantity: '5' }, operator);
    const ask = (goodQuantity: string) =>
      floor.correct({ reportId: report!.id, goodQuantity, reason: 'miscounted' }, operator);
    const [one, other] = [await ask('1'), await ask('2')];
    expect([codeOf(one), codeOf(other)]).toEqual(['AWAITING', 'AWAITING']);
    expect((await floor.approve(decisionOn(one))).report).toMatchObject({ goodQuantity: '-4' });
    expect(await floor.approve(decisionOn(other))).toMatchObject({ cause: { code: 'NEGATIVE_QUANTITY' } });
    expect(await floor.sums(order.id)).toEqual(['1+0', '0+0']);
  });
});

describe('the list of what waits', () => {
  it('is null for a plant that the user does not have', async () => {
    expect(await waitingIn('AWAITING', 'factory-sz-01')).toBeUndefined();
    expect((await waitingIn('APPROVED'))!.length).toBeGreaterThan(2);
  });
});
