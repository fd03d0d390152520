/** Whoever gets hold of the database, a dump or the broker's disk reads nothing about people and prices. */
import { openVaults } from '@enghub/encryption/vault';
import { testKeys, testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { calling } from './audit-trail/mutations-for-tests.ts';
import { encryptedColumns } from './encrypted-columns.ts';
import { anOrder, dataOf, erp, fieldOf, REPORT, sayTo, setUpPlant, type OrderAnswer } from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

const now = new Date('2026-03-10T04:00:00Z');
/** Nothing else in a database looks like these. */
const secret = {
  note: 'Wang Fang is on sick leave, secret-note',
  reason: 'failed the eye test, secret-reason',
  revoked: 'drunk at work, secret-revoked',
  labourRate: '91827.3645',
  machineRate: '81726.5544',
  materialCost: '71625.4433',
};

let mes: TestSubgraph;
let order: OrderAnswer;
let cost: { actual: { machine: string; total: string }; standardPerPiece: string; variance: string };
let dump: Map<string, string>;

async function say(mutation: string, input: object): Promise<void> {
  const { answer } = await dataOf<{ answer: { __typename: string } }>(mes, calling(mutation), { input });
  expect(answer.__typename, JSON.stringify(answer)).not.toMatch(/Refusal$/);
}

/** Every row of every table, partitions and what packages keep included. */
async function dumpAll(): Promise<Map<string, string>> {
  const tables = await mes.rows<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const rows = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await mes.rows<{ text: string | null }>(
        `SELECT string_agg(t::text, E'\\n') AS text FROM ${name} t`,
      );
      return [name, row!.text ?? ''] as const;
    }),
  );
  return new Map(rows);
}

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  const plant = await setUpPlant(mes);
  const { factoryId, stationId } = plant;
  const shift = { stationId, shiftDate: '2026-03-10', shift: 'day' };
  await say('writeHandOverNote', { requestId: 'note', ...shift, text: secret.note });
  const skill = { factoryId, operatorId: 'emp-101', skill: 'WELDING', validFrom: '2026-01-01', reason: secret.reason };
  await say('grantQualification', { requestId: 'grant', ...skill });
  const [granted] = await mes.rows<{ id: string }>('SELECT id::text FROM mes.operator_qualifications');
  await say('revokeQualification', { requestId: 'revoke', id: granted!.id, reason: secret.revoked });
  for (const requestId of ['rates', 'rates-again']) {
    await say('defineCostRates', {
      requestId,
      factoryId,
      validFrom: '2026-01-01',
      currency: 'CNY',
      source: 'Controlling',
      labourPerHour: secret.labourRate,
      machinePerHour: secret.machineRate,
      materials: [{ materialId: 'BAR', unit: 'kg', cost: secret.materialCost }],
    });
  }
  order = await anOrder(mes, plant);
  const startedAt = '2026-03-10T02:00:00Z';
  for (const { id: operationId } of order.operations) {
    const made = { operationId, goodQuantity: '10', startedAt, endedAt: '2026-03-10T03:00:00Z' };
    await fieldOf(mes, REPORT, { input: { requestId: operationId, ...made } });
  }
  await sayTo(mes, 'complete', order);
  cost = await vi.waitFor(
    async () => {
      const asked = `query($id: ID!) { workOrder(id: $id) { cost { version actual { machine total } standardPerPiece variance } } }`;
      const answer = await dataOf<{ workOrder: { cost: typeof cost & { version: number | null } } }>(mes, asked, {
        id: order.id,
      });
      expect(answer.workOrder.cost.version).toBe(1);
      return answer.workOrder.cost;
    },
    { timeout: 20_000, interval: 50 },
  );
  await vi.waitFor(async () => {
    const rows = await mes.rows(`SELECT FROM mes.outbox WHERE routing_key = 'mes.work-order.cost-computed.v2'`);
    expect(rows.length).toBeGreaterThan(0);
  });
  dump = await dumpAll();
});
afterAll(() => mes?.stop());

describe('a dump of the database', () => {
  it('has the rows in question, so that finding nothing means something', () => {
    const filled = [...dump].filter(([, text]) => text !== '').map(([name]) => name);
    const tables = Object.values(encryptedColumns).map(({ table }) => `mes.${table}`);
    expect(filled).toEqual(
      expect.arrayContaining([...tables, 'mes.outbox', 'mes.requests', 'mes.audit_entries', 'mes.data_keys']),
    );
  });

  it.each(Object.entries(secret))('has no plaintext of the %s, in whatever table', (_name, text) => {
    const found = [...dump].filter(
      ([, rows]) => rows.includes(text) || rows.includes(text.replace(/^.*secret-/, 'secret-')),
    );
    expect(found.map(([name]) => name)).toEqual([]);
  });

  it('has no amount of what an order cost', () => {
    const amounts = [cost.actual.machine, cost.actual.total, cost.standardPerPiece, cost.variance];
    expect(
      amounts.every((amount) => /^-?\d{4,}\.\d+$/.test(amount)),
      String(amounts),
    ).toBe(true);
    const found = [...dump].filter(([, rows]) => amounts.some((amount) => rows.includes(amount)));
    expect(found.map(([name]) => name)).toEqual([]);
  });

  it('has no key either', () => {
    const keys = [...testKeys.keys.values()].flatMap((key) => [key.toString('base64'), key.toString('base64url')]);
    expect([...dump].filter(([, rows]) => keys.some((key) => rows.includes(key)))).toEqual([]);
  });
});

describe('the graph', () => {
  it('still says all of it to whoever may see it', async () => {
    const query = `query {
      qualifications(factoryId: "factory-sh-01") { edges { node { reason revokedBecause } } }
      costRates(factoryId: "factory-sh-01", on: "2026-03-10") { labourPerHour materials { cost } } }`;
    expect(await dataOf(mes, query)).toMatchObject({
      qualifications: { edges: [{ node: { reason: secret.reason, revokedBecause: secret.revoked } }] },
      costRates: { labourPerHour: secret.labourRate, materials: [{ cost: secret.materialCost }] },
    });
  });

  it('answers a value that was moved into another row with a masked fault, and goes on', async () => {
    await mes.rows(
      `UPDATE mes.cost_rates SET rates = (SELECT rates FROM mes.cost_rates ORDER BY id LIMIT 1)
        WHERE id = (SELECT max(id::text)::uuid FROM mes.cost_rates)`,
    );
    const answer = await mes.ask(
      '{ costRates(factoryId: "factory-sh-01", on: "2026-03-10") { labourPerHour } factories { id } }',
    );
    expect(answer.errors).toMatchObject([{ path: ['costRates'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(answer)).not.toMatch(/cost_rates|decrypt|v1\./);
  });
});

it('each of the declared columns is only ever what a vault made', async () => {
  const { appUrl } = mes;
  const vaults = openVaults({ appUrl, namespace: 'mes', masterKeys: testKeys });
  for (const [name, { table, column, rowId }] of Object.entries(encryptedColumns)) {
    const rows = await mes.rows<{ id: string[]; value: string }>(
      `SELECT ARRAY[${rowId.map((part) => `${part}::text`).join()}] AS id, ${column} AS value FROM mes.${table}
        WHERE ${column} IS NOT NULL ORDER BY 1 LIMIT 1`,
    );
    expect(rows, name).toHaveLength(1);
    const vault = vaults.of('tenant-001');
    const [row] = rows;
    expect(await vault.open(encryptedColumns[name as keyof typeof encryptedColumns], row!.id, row!.value)).toBeTruthy();
  }
  await vaults.close();
});
