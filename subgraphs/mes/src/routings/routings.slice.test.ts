import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, CREATE_ORDER, DEFINE_ROUTING, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const factoryId = 'factory-sh-01';
type Defined = { routing: { id: string; version: number } };

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const operations = [{ sequence: 10, name: 'Turning', stationCode: 'M1', runSecondsPerPiece: '90' }];
const define = <Answer = Defined>(change: Record<string, unknown> = {}, claims = productionManager) =>
  fieldOf<Answer>(
    mes,
    DEFINE_ROUTING,
    { input: { factoryId, code: 'R7', productId: 'P7', operations, ...change } },
    claims,
  );

describe('a routing', () => {
  it('gets a new version when something changed, and only then', async () => {
    const first = await define();
    expect(await define({ operations: [{ ...operations[0], runSecondsPerPiece: '90.00' }] })).toEqual(first);
    const second = await define({ operations: [{ ...operations[0], runSecondsPerPiece: '80' }] });
    expect([first.routing.version, second.routing.version]).toEqual([1, 2]);
  });

  it('that many define at once has one version', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => define({ code: 'R8' })));
    expect(new Set(answers.map(({ routing }) => `${routing.id} ${routing.version}`)).size).toBe(1);
  });

  it('leaves an order with the version it was planned by', async () => {
    const order = await anOrder(mes, plant, { upTo: 'PLANNED' });
    await define({ code: plant.routingCode, productId: 'PROD-A001' });
    const query = `query($id: ID!) { workOrder(id: $id) { operations { name } routing { version operations { name } } } }`;
    const steps = [{ name: 'Turning' }, { name: 'Milling' }];
    expect(await fieldOf(mes, query, { id: order.id })).toEqual({
      operations: steps,
      routing: { version: 1, operations: steps },
    });
  });

  it('is listed in its newest version, by code, page by page', async () => {
    await define({ code: 'R9' });
    const query = `query($after: String) { routings(factoryId: "${factoryId}", first: 2, after: $after) {
      edges { node { code version } } pageInfo { hasNextPage endCursor } } }`;
    type Page = { edges: { node: { code: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    const first = await fieldOf<Page>(mes, query);
    const second = await fieldOf<Page>(mes, query, { after: first.pageInfo.endCursor });
    const codes = [...first.edges, ...second.edges].map(({ node }) => node.code);
    expect(codes).toEqual(['R1', 'R7', 'R8', 'R9']);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  it.each([
    [
      'at a station that the plant lacks',
      { operations: [{ ...operations[0], stationCode: 'M99' }] },
      'STATION_NOT_FOUND',
    ],
    ['without operations', { operations: [] }, 'NO_OPERATIONS'],
    ['with a code that no database holds', { code: 'R\u0000' }, 'BAD_NAME'],
    ['with a sequence twice', { operations: [operations[0], operations[0]] }, 'BAD_SEQUENCE'],
  ])('is refused %s', async (_case, change, code) => {
    expect(await define<{ code: string }>(change)).toMatchObject({ code });
  });

  it('of another tenant or plant does not exist', async () => {
    const { routing } = await define();
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(
        await fieldOf(mes, 'query($id: ID!) { routing(id: $id) { code } }', { id: routing.id }, claims),
      ).toBeNull();
      const list = `{ routings(factoryId: "${factoryId}") { edges { node { code } } } }`;
      expect(await fieldOf(mes, list, {}, claims)).toBeNull();
      expect(await define<{ code: string }>({}, claims)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    }
  });
});

describe('the operations of a routing', () => {
  const DETAILS = `query($id: ID!, $quantity: Decimal!) { routing(id: $id) {
    archivedAt standardTime(quantity: $quantity) { setupSeconds runSeconds totalSeconds criticalPathSeconds }
    operations { sequence after with transferQuantity equipmentClass requiredSkills materialIds
      runSecondsPerPiece runSecondsPerBatch batchQuantity } } }`;

  it('keep their dependencies, batches, skills and materials', async () => {
    const { routing } = await define({
      code: 'R20',
      operations: [
        {
          sequence: 10,
          name: 'Turning',
          setupSeconds: '60',
          runSecondsPerPiece: '90',
          materialIds: ['MAT-2', 'MAT-1'],
        },
        {
          sequence: 20,
          name: 'Hardening',
          runSecondsPerBatch: '3600',
          batchQuantity: '40',
          equipmentClass: 'FURNACE',
          transferQuantity: '40',
          requiredSkills: ['heat treatment'],
        },
        { sequence: 30, name: 'Engraving', after: [] },
        { sequence: 40, name: 'Packing', after: [20, 30] },
        { sequence: 50, name: 'Inspection', with: [40] },
      ],
    });
    const plain = {
      after: [],
      with: [],
      transferQuantity: null,
      equipmentClass: null,
      requiredSkills: [],
      materialIds: [],
      runSecondsPerPiece: null,
      runSecondsPerBatch: null,
      batchQuantity: null,
    };
    expect(await fieldOf(mes, DETAILS, { id: routing.id, quantity: '41' })).toEqual({
      archivedAt: null,
      standardTime: { setupSeconds: '60', runSeconds: '10890', totalSeconds: '10950', criticalPathSeconds: '10950' },
      operations: [
        { ...plain, sequence: 10, runSecondsPerPiece: '90', materialIds: ['MAT-1', 'MAT-2'] },
        {
          ...plain,
          sequence: 20,
          after: [10],
          transferQuantity: '40',
          equipmentClass: 'FURNACE',
          requiredSkills: ['heat treatment'],
          runSecondsPerBatch: '3600',
          batchQuantity: '40',
        },
        { ...plain, sequence: 30 },
        { ...plain, sequence: 40, after: [20, 30] },
        { ...plain, sequence: 50, with: [40] },
      ],
    });
  });

  it('are refused by name when their dependencies make no sense', async () => {
    const steps = [
      { sequence: 10, name: 'Turning', after: [30] },
      { sequence: 20, name: 'Milling' },
      { sequence: 30, name: 'Packing' },
    ];
    const query = `mutation($input: DefineRoutingInput!) { defineRouting(input: $input) {
      ... on RoutingRefusal { code message sequences } } }`;
    const input = { factoryId, code: 'R21', productId: 'P7', operations: steps };
    const refused = await fieldOf<{ message: string }>(mes, query, { input });
    expect(refused).toMatchObject({ code: 'BAD_DEPENDENCY', sequences: [10, 20, 30] });
    expect(refused.message).toContain('10, 20, 30');
  });
});

describe('an archived routing', () => {
  const ARCHIVE = `mutation($input: ArchiveRoutingInput!) { archiveRouting(input: $input) {
    ... on ArchiveRoutingPayload { routing { version archivedAt } } ... on RoutingRefusal { code message } } }`;
  const archive = (code: string, claims = productionManager) =>
    fieldOf<Record<string, unknown>>(mes, ARCHIVE, { input: { factoryId, code } }, claims);
  const audited = () =>
    mes.rows(
      `SELECT command, before->'routing'->>'version' AS before, after->'routing'->>'version' AS after
         FROM mes.audit_entries WHERE entity = 'Routing' AND coalesce(after->'routing'->>'code', after->>'code') = 'R30'
        ORDER BY id`,
    );

  it('gets no new orders and leaves the list, until it is defined again', async () => {
    await define({ code: 'R30', productId: 'PROD-A001' });
    const archived = await archive('R30');
    expect(archived).toMatchObject({ routing: { version: 1, archivedAt: expect.any(String) as string } });
    expect(await archive('R30')).toEqual(archived);
    const list = `query($all: Boolean!) { routings(factoryId: "${factoryId}", includeArchived: $all) { edges { node { code } } } }`;
    const codes = async (all: boolean) => {
      const page = await fieldOf<{ edges: { node: { code: string } }[] }>(mes, list, { all });
      return page.edges.map(({ node }) => node.code);
    };
    expect(await codes(false)).not.toContain('R30');
    expect(await codes(true)).toContain('R30');
    const input = { requestId: 'r30', factoryId, number: 'WO-R30', routingCode: 'R30', quantity: '1' };
    expect(await fieldOf(mes, CREATE_ORDER, { input })).toMatchObject({ code: 'ROUTING_NOT_FOUND' });

    await define({ code: 'R30', productId: 'PROD-A001' });
    expect(await codes(false)).toContain('R30');
    expect(await fieldOf(mes, CREATE_ORDER, { input })).toMatchObject({ workOrder: { number: 'WO-R30' } });

    const versions = `query($after: String) { routingVersions(factoryId: "${factoryId}", code: "R30", first: 1, after: $after) {
      edges { node { version archivedAt } } pageInfo { endCursor hasNextPage } } }`;
    type Page = { edges: { node: object }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
    const newest = await fieldOf<Page>(mes, versions);
    const older = await fieldOf<Page>(mes, versions, { after: newest.pageInfo.endCursor });
    expect(newest.edges).toEqual([{ node: { version: 2, archivedAt: null } }]);
    expect(older.edges).toMatchObject([{ node: { version: 1 } }]);
    expect(older.pageInfo.hasNextPage).toBe(false);
  });

  it('is in the audit trail, once for each change', async () => {
    expect(await audited()).toEqual([
      { command: 'defineRouting', before: null, after: '1' },
      { command: 'archiveRouting', before: null, after: null },
      { command: 'defineRouting', before: '1', after: '2' },
    ]);
  });

  it('must exist', async () => {
    expect(await archive('R99')).toMatchObject({ code: 'ROUTING_NOT_FOUND' });
    expect(await archive('R\u0000')).toMatchObject({ code: 'ROUTING_NOT_FOUND' });
    expect(await archive('R30', otherTenant)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
  });
});
