import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { dataOf } from '../support/graph.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';

let system: RunningSystem;
let plant: SmallPlant;

beforeAll(async () => {
  system = await startAllInOne();
  plant = await smallPlant(system.graph);
});

afterAll(async () => {
  await system?.stop();
  removeData(system);
});

describe('who may see what', () => {
  it('shows a partner the contract and an operator no schema', async () => {
    const introspection = '{ __schema { queryType { fields { name } } } }';
    const partner = dataOf<{ __schema: { queryType: { fields: { name: string }[] } } }>(
      await system.graph.ask('partner-001', introspection),
    );
    const fields = partner.__schema.queryType.fields.map((field) => field.name);
    expect(fields).toContain('workOrders');
    expect(fields).not.toContain('userPermissions');
    expect(fields).not.toContain('_entities');
    expect(fields).not.toContain('auditTrail');
    const operator = await system.graph.ask('emp-101', introspection);
    expect(operator.data?.['__schema'] ?? null).toBeNull();
    expect(operator.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  it('lets a partner use the contract, and look at nothing beside it', async () => {
    const progress = `query ($id: ID!) {
      workOrder(id: $id) { number status product { name bom { lines { material { name } } } } operations { name } inspections { edges { node { result } } } outputLot { number } }
    }`;
    const { data, errors } = await system.graph.ask('partner-001', progress, { id: plant.orderId });
    expect(errors).toBeUndefined();
    expect(data?.['workOrder']).toMatchObject({ status: 'IN_PROGRESS' });
    const reported = await system.graph.ask('partner-001', reportMutation, {
      input: { requestId: 'of-a-partner', operationId: plant.operationId, goodQuantity: '1' },
    });
    expect(reported.data?.['reportProduction']).toMatchObject({ __typename: 'ReportProductionPayload' });

    const cost = await system.graph.ask('partner-001', 'query ($id: ID!) { workOrder(id: $id) { cost { total } } }', {
      id: plant.orderId,
    });
    expect(cost.errors?.map(({ message }) => message)).toEqual(['Cannot query field "cost" on type "WorkOrder".']);
  });

  it('leaves forbidden fields null, with path and code, and answers the rest', async () => {
    const { data, errors } = await system.graph.ask(
      'emp-101',
      `query ($id: ID!) { workOrder(id: $id) { number operations { station { name equipment { name oee(shiftDate: "2012-01-30", shift: "day") { value } } } } } }`,
      { id: plant.orderId },
    );
    const order = data?.['workOrder'] as unknown as {
      number: string;
      operations: { station: { name: string; equipment: { oee: null } } }[];
    };
    expect(order.number).toMatch(/^e2e-/);
    expect(order.operations[0]!.station.name).toBe('Saw');
    expect(order.operations[0]!.station.equipment.oee).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors![0]).toMatchObject({
      path: ['workOrder', 'operations', 0, 'station', 'equipment', 'oee'],
      extensions: { code: 'FORBIDDEN' },
    });
  });

  it('does not run a mutation that the operator may not send', async () => {
    const { data, errors } = await system.graph.ask(
      'emp-101',
      `mutation ($input: CancelWorkOrderInput!) { cancelWorkOrder(input: $input) { __typename } }`,
      { input: { id: plant.orderId, version: plant.version } },
    );
    expect(data?.['cancelWorkOrder'] ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    const { workOrder } = dataOf<{ workOrder: { status: string } }>(
      await system.graph.ask('emp-001', 'query ($id: ID!) { workOrder(id: $id) { status } }', { id: plant.orderId }),
    );
    expect(workOrder.status).toBe('IN_PROGRESS');
  });

  it('makes another tenant’s ids look like ids that do not exist', async () => {
    const query = 'query ($id: ID!) { workOrder(id: $id) { number } }';
    const foreign = await system.graph.ask('emp-701', query, { id: plant.orderId });
    const unknown = await system.graph.ask('emp-701', query, { id: '01900000-0000-7000-8000-000000000000' });
    expect(foreign).toEqual(unknown);
    const report = { requestId: 'x', operationId: plant.operationId, goodQuantity: '1' };
    const refused = await system.graph.ask('emp-701', reportMutation, { input: report });
    expect(refused.data?.['reportProduction']).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
  });

  it('makes a plant outside the user’s list look like one that does not exist', async () => {
    const bj = await smallPlant(system.graph, { factoryId: 'factory-bj-01' });
    const query = 'query ($id: ID!) { workOrder(id: $id) { number } factory(id: "factory-bj-01") { id } }';
    expect((await system.graph.ask('emp-101', query, { id: bj.orderId })).data).toEqual({
      workOrder: null,
      factory: null,
    });
    expect((await system.graph.ask('emp-001', query, { id: bj.orderId })).data?.['factory']).toEqual({
      id: 'factory-bj-01',
    });
    const command = { input: { requestId: 'y', operationId: bj.operationId, goodQuantity: '1' } };
    const refused = await system.graph.ask('emp-101', reportMutation, command);
    expect(refused.data?.['reportProduction']).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
  });

  it('says why in the language of the reader', async () => {
    const response = await fetch(`${system.graph.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'accept-language': 'zh-CN',
        authorization: `Bearer ${await system.graph.token('emp-101')}`,
      },
      body: JSON.stringify({
        query: reportMutation,
        variables: { input: { requestId: 'z', operationId: plant.operationId, goodQuantity: '-1' } },
      }),
    });
    const { data } = (await response.json()) as { data: { reportProduction: { code: string; message: string } } };
    expect(data.reportProduction.code).toBe('NEGATIVE_QUANTITY');
    expect(data.reportProduction.message).toMatch(/[\u4e00-\u9fff]/);
  });

  it('has no word for nobody but that they are not signed in', async () => {
    const { data, errors } = await system.graph.ask(null, '{ workOrders { edges { node { number } } } me { id } }');
    expect(data ?? { workOrders: null, me: null }).toEqual({ workOrders: null, me: null });
    expect(new Set(errors?.map((error) => error.extensions?.['code']))).toEqual(new Set(['UNAUTHENTICATED']));
  });
});
