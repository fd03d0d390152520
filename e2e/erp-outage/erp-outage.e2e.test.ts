/** What still works, what is refused and how it comes back when an interface of the ERP is down: one plant, both forms. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWithErp, type ErpStage } from '../support/erp.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf, type Answer } from '../support/graph.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';
import type { Form } from '../support/two-forms.ts';

/** Until somebody notices, and until it is certain that it is no hiccup. */
const NOTICED = { within: 60_000, every: 500 };
/** Asked again every five seconds. */
const BACK = { within: 30_000, every: 500 };

const CREATE = `mutation ($input: CreateWorkOrderInput!) { createWorkOrder(input: $input) {
  __typename ... on CreateWorkOrderPayload { workOrder { id version } } ... on WorkOrderRefusal { code } } }`;
const RELEASE = `mutation ($input: WorkOrderCommandInput!) { releaseWorkOrder(input: $input) {
  __typename ... on WorkOrderPayload { workOrder { bomSource bomAsOf } }
  ... on WorkOrderRefusal { code blockers { kind } } } }`;
const START = `mutation ($input: WorkOrderCommandInput!) { startWorkOrder(input: $input) { __typename } }`;

type Created = { __typename: string; code?: string; workOrder?: { id: string; version: number } };
type Released = { code?: string; blockers?: { kind: string }[]; workOrder?: { bomSource: string; bomAsOf: string } };
type Order = { id: string; version: number };

describe.each<Form>(['all-in-one', 'distributed'])('the %s form', (form) => {
  let running: ErpStage | undefined;
  let plant: SmallPlant;
  let acknowledged = 0;
  const startedAt = new Date();

  beforeAll(async () => {
    running = await startWithErp(form);
    if (!running) return;
    plant = await smallPlant(running.graph, { quantity: '1000' });
    for (const [code, productId] of [
      ['turned', 'PROD-SHAFT'],
      ['milled', 'PROD-PLATE'],
    ]) {
      const operations = [{ sequence: 10, name: 'Turning', stationCode: 'saw', runSecondsPerPiece: '30' }];
      const input = { factoryId: plant.factoryId, code, productId, operations };
      const define = 'mutation ($input: DefineRoutingInput!) { defineRouting(input: $input) { __typename } }';
      dataOf(await running.graph.ask('emp-901', define, { input }));
    }
  });
  afterAll(async () => {
    await running?.stop();
  });

  function story(name: string, tell: (stage: ErpStage) => Promise<void>): void {
    it(name, async (context) => {
      if (!running) return context.skip();
      await tell(running);
    });
  }

  const create = async ({ graph }: ErpStage, routingCode: string): Promise<Created> => {
    const number = `erp-${crypto.randomUUID()}`;
    const input = { requestId: crypto.randomUUID(), factoryId: plant.factoryId, number, routingCode, quantity: '10' };
    return dataOf<{ createWorkOrder: Created }>(await graph.ask('emp-001', CREATE, { input })).createWorkOrder;
  };
  const planned = async (stage: ErpStage, routingCode: string): Promise<Order> => {
    const created = await create(stage, routingCode);
    expect(created).toMatchObject({ __typename: 'CreateWorkOrderPayload' });
    const { id, version } = created.workOrder!;
    return { id, version };
  };
  const release = async ({ graph }: ErpStage, { id, version }: Order): Promise<Released> =>
    dataOf<{ releaseWorkOrder: Released }>(await graph.ask('emp-001', RELEASE, { input: { id, version } }))
      .releaseWorkOrder;
  const kindsOf = ({ blockers }: Released) => [...new Set(blockers?.map(({ kind }) => kind))];

  const report = ({ graph }: ErpStage, by = 'emp-101'): Promise<Answer> =>
    graph.ask(by, reportMutation, {
      input: {
        requestId: crypto.randomUUID(),
        operationId: plant.operationId,
        goodQuantity: '1',
        endedAt: '2012-02-01T02:00:00Z',
      },
    });
  const reportWell = async (stage: ErpStage): Promise<void> => {
    const { reportProduction } = dataOf<{ reportProduction: { __typename: string } }>(await report(stage));
    expect(reportProduction.__typename).toBe('ReportProductionPayload');
    acknowledged += 1;
  };
  const nothingIsLost = async ({ graph }: ErpStage): Promise<void> => {
    const query = 'query ($id: ID!) { workOrder(id: $id) { goodQuantity erpFeedback { postedQuantity } } }';
    type Counted = { workOrder: { goodQuantity: string; erpFeedback: { postedQuantity: string } } };
    const counted = async () => dataOf<Counted>(await graph.ask('emp-901', query, { id: plant.orderId })).workOrder;
    expect((await counted()).goodQuantity).toBe(String(acknowledged));
    await eventually(async () => (await counted()).erpFeedback.postedQuantity === String(acknowledged), BACK);
  };

  const degraded = async ({ graph }: ErpStage): Promise<{ name: string; consequence: string }[]> => {
    type Status = { integrationStatus: { degraded: { name: string; consequence: string }[] } };
    const query = '{ integrationStatus { isDegraded degraded { name since consequence } } }';
    return dataOf<Status>(await graph.ask('emp-301', query)).integrationStatus.degraded;
  };
  const untilKnownDown = (stage: ErpStage, name: string) =>
    eventually(async () => (await degraded(stage)).some((it) => it.name === name), NOTICED);
  const untilWell = (stage: ErpStage) => eventually(async () => (await degraded(stage)).length === 0, BACK);
  const administratorIsTold = async ({ graph }: ErpStage, kind: string, name: string): Promise<void> => {
    type Inbox = { notifications: { edges: { node: { kind: string; text: string; title: string } }[] } };
    const query = '{ notifications(first: 50) { edges { node { kind title text } } } }';
    await eventually(async () => {
      const { edges } = dataOf<Inbox>(await graph.ask('emp-901', query)).notifications;
      return edges.filter(({ node }) => node.kind === kind && `${node.title} ${node.text}`.includes(name)).length === 1;
    }, BACK);
  };

  story('without bills of materials, started orders go on by the known one and no order is created', async (stage) => {
    const { graph } = stage;
    const order = await planned(stage, 'sawn');
    await reportWell(stage);
    stage.down('bom');
    await untilKnownDown(stage, 'BOM');

    // However young the bill is that is known.
    expect(await create(stage, 'sawn')).toEqual({ __typename: 'WorkOrderRefusal', code: 'BOM_UNAVAILABLE' });
    for (let at = 0; at < 5; at += 1) await reportWell(stage);
    const query = `query ($id: ID!) { workOrder(id: $id) { status bomSource product { bom(version: "V2.0") {
      source asOf lines { quantity } } } } }`;
    type Known = { workOrder: { status: string; product: { bom: { source: string; asOf: string; lines: object[] } } } };
    const { workOrder } = dataOf<Known>(await graph.ask('emp-901', query, { id: plant.orderId }));
    expect(workOrder).toMatchObject({ status: 'IN_PROGRESS', product: { bom: { source: 'CACHE' } } });
    expect(workOrder.product.bom.lines).toHaveLength(2);
    expect(new Date(workOrder.product.bom.asOf).getTime()).toBeGreaterThanOrEqual(startedAt.getTime());
    const released = await release(stage, order);
    expect(released.workOrder).toEqual({ bomSource: 'CACHE', bomAsOf: expect.any(String) });
    await administratorIsTold(stage, 'INTEGRATION_DEGRADED', 'BOM');

    stage.up('bom');
    await untilWell(stage);
    expect(await create(stage, 'sawn')).toMatchObject({ __typename: 'CreateWorkOrderPayload' });
    await administratorIsTold(stage, 'INTEGRATION_RECOVERED', 'BOM');
    await nothingIsLost(stage);
  });

  story('without part approvals, what is released goes on and what is not known as approved stays', async (stage) => {
    const { graph, books } = stage;
    const [unheard, approved, doubtful] = [
      await planned(stage, 'turned'),
      await planned(stage, 'sawn'),
      await planned(stage, 'sawn'),
    ];
    const running = await planned(stage, 'milled');
    expect((await release(stage, running)).workOrder).toBeDefined();
    // Released, its approvals asked for; another of the same materials is known by them.
    stage.down('ppap');
    await untilKnownDown(stage, 'PPAP');
    expect((await degraded(stage))[0]!.consequence).toContain('not released');

    const refused = await release(stage, unheard);
    expect([refused.code, kindsOf(refused)]).toEqual(['PPAP_UNVERIFIED', ['PPAP_UNVERIFIED']]);
    expect((await release(stage, approved)).workOrder).toBeDefined();
    const input = { id: running.id, version: running.version + 1 };
    expect(dataOf(await graph.ask('emp-001', START, { input }))).toEqual({
      startWorkOrder: { __typename: 'WorkOrderPayload' },
    });
    await reportWell(stage);

    // Told that it changed, and not able to ask how: what was approved approves nothing.
    books.setPpap('MAT-002', 'REJECTED');
    type Bill = { product: { bom: { lines: { material: { ppap: { isCurrent: boolean } } }[] } } };
    const query = '{ product(id: "PROD-A001") { bom { lines { material { ppap { isCurrent } } } } } }';
    await eventually(async () => {
      const { lines } = dataOf<Bill>(await graph.ask('emp-901', query)).product.bom;
      return lines.some(({ material }) => !material.ppap.isCurrent);
    }, BACK);
    const inDoubt = await release(stage, doubtful);
    expect([inDoubt.code, kindsOf(inDoubt)]).toEqual(['PPAP_UNVERIFIED', ['PPAP_UNVERIFIED']]);
    await administratorIsTold(stage, 'INTEGRATION_DEGRADED', 'PPAP');

    stage.up('ppap');
    await untilWell(stage);
    expect((await release(stage, unheard)).workOrder).toBeDefined();
    expect(kindsOf(await release(stage, doubtful))).toContain('PPAP_NOT_APPROVED');
    books.setPpap('MAT-002', 'APPROVED');
    await eventually(async () => (await release(stage, doubtful)).workOrder, BACK);
    await administratorIsTold(stage, 'INTEGRATION_RECOVERED', 'PPAP');
    await nothingIsLost(stage);
  });

  story('a permission that the ERP takes away is gone within seconds', async (stage) => {
    await reportWell(stage);
    const codeOf = async () => (await report(stage)).errors?.[0]?.extensions?.['code'];
    stage.books.removePermission('emp-101', 'report:create');
    await eventually(async () => (await codeOf()) === 'FORBIDDEN', { within: 5_000 });
    stage.books.addPermission('emp-101', 'report:create');
    await eventually(async () => !(await report(stage)).errors, { within: 5_000 });
    acknowledged += 1;
  });

  story(
    'without the permission service, known permissions serve, none are gained, and strangers sign in later',
    async (stage) => {
      const { graph, books } = stage;
      await reportWell(stage);
      stage.down('permissions');
      await untilKnownDown(stage, 'PERMISSIONS');
      await reportWell(stage);
      const codeOf = (answer: Answer) => answer.errors?.[0]?.extensions?.['code'];
      expect(codeOf(await report(stage, 'ID4711'))).toBe('REAUTHENTICATION_REQUIRED');

      // Nobody hears of it: what is remembered does not grow.
      stage.webhooks(false);
      books.addPermission('emp-101', 'user:view');
      expect(codeOf(await graph.ask('emp-101', '{ user(id: "emp-101") { id } }'))).toBe('FORBIDDEN');
      await reportWell(stage);
      // Told that they changed, and not able to ask how: nothing of what was remembered serves any more.
      stage.webhooks(true);
      books.removePermission('emp-101', 'report:create');
      await eventually(async () => codeOf(await report(stage)) === 'REAUTHENTICATION_REQUIRED', { within: 5_000 });

      stage.up('permissions');
      await untilWell(stage);
      await eventually(async () => codeOf(await report(stage)) === 'FORBIDDEN', BACK);
      expect((await graph.ask('emp-101', '{ user(id: "emp-101") { id } }')).errors).toBeUndefined();
      books.addPermission('emp-101', 'report:create');
      await eventually(async () => !(await report(stage)).errors, BACK);
      acknowledged += 1;
      await administratorIsTold(stage, 'INTEGRATION_RECOVERED', 'PERMISSIONS');
      await nothingIsLost(stage);
    },
  );
});
