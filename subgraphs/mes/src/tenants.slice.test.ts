import { openTenantClients, type TenantClients } from '@enghub/database/tenant-clients';
import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, type Db } from './database.ts';
import { anOrder, erp, fieldOf, REPORT, sayTo, setUpPlant } from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

let mes: TestSubgraph;
let clients: TenantClients<Db>;
let mine: string;
let theirs: string;

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  mine = (await anOrder(mes, await setUpPlant(mes), { upTo: 'PLANNED' })).id;
  const elsewhere = await setUpPlant(mes, { factoryId: 'factory-sz-01', claims: otherTenant });
  theirs = (await anOrder(mes, elsewhere, { upTo: 'PLANNED', claims: otherTenant })).id;
  clients = openTenantClients<Db>({ url: mes.appUrl, createClient, maxConnections: 4 });
});

afterAll(async () => {
  await clients?.close();
  await mes?.stop();
});

it('answers nobody with another tenant’s order, however many ask in the same moment', async () => {
  const bindings = [productionManager, otherTenant, { tenantId: 'tenant-003', factoryIds: ['factory-sh-01'] }];
  const questions = Array.from({ length: 3_000 }, (_, at) => ({ who: bindings[at % 3]!, id: at % 2 ? mine : theirs }));
  const answers = await Promise.all(
    questions.map(({ who, id }) => clients.for(who).workOrder.findUnique({ where: { id } })),
  );
  const wrong = answers.filter((answer, at) => {
    const { who, id } = questions[at]!;
    const owner = id === mine ? productionManager.tenantId : otherTenant.tenantId;
    return who.tenantId === owner ? answer?.tenantId !== owner : answer !== null;
  });
  expect(wrong).toEqual([]);
  expect(answers.filter((answer) => answer !== null)).toHaveLength(1_000);
});

it('keeps the request ids of tenants apart: the same id counts once in each', async () => {
  const orders = [
    { id: mine, claims: productionManager },
    { id: theirs, claims: otherTenant },
  ];
  const versionOf = async (id: string) =>
    (await mes.rows<{ version: number }>('SELECT version FROM mes.work_orders WHERE id = $1', [id]))[0]!.version;
  for (const { id, claims } of orders) {
    const released = await sayTo(mes, 'release', { id, version: await versionOf(id) }, claims);
    const { operations } = await sayTo(mes, 'start', released, claims);
    const input = { requestId: 'the-same', operationId: operations[0]!.id, goodQuantity: '1' };
    expect(await fieldOf(mes, REPORT, { input }, claims)).toMatchObject({ replayed: false });
    expect(await fieldOf(mes, REPORT, { input }, claims)).toMatchObject({ replayed: true });
  }
});

it('does not show a partition to whoever asks for it by name', async () => {
  const [partition] = await mes.rows<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'mes.production_reports'::regclass LIMIT 1`,
  );
  await expect(clients.pool.query(`SELECT * FROM ${partition!.name}`)).rejects.toMatchObject({ code: '42501' });
});
