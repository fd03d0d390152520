import { signatureOf } from '@enghub/luaguage-simulator/webhooks';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, gateway, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';
import { WEBHOOK_PATH } from './route.ts';

const SECRET = 'a-secret-of-this-test';
let bridge: TestBridge;
let books: pg.Client;
let front: Server;
let url: string;

beforeAll(async () => {
  bridge = await startTestBridge({ webhookSecret: SECRET });
  books = new pg.Client({ connectionString: bridge.ownerUrl });
  await books.connect();
  front = createServer((request, response) => void bridge.route(WEBHOOK_PATH)!.handle(request, response));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}${WEBHOOK_PATH}`;
});
afterAll(async () => {
  front.close();
  await books.end();
  await bridge.stop();
});
beforeEach(() => bridge.reset());

async function post(message: object | string, change: { secret?: string; secondsAgo?: number } = {}): Promise<number> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  const timestamp = String(Math.floor(bridge.now().getTime() / 1000) - (change.secondsAgo ?? 0));
  const signature = signatureOf(change.secret ?? SECRET, timestamp, body);
  const headers = { 'x-luaguage-timestamp': timestamp, 'x-luaguage-signature': signature };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}
const told = async (routingKey: string) =>
  (
    await books.query<{ data: Record<string, unknown> }>(
      `SELECT envelope->'data' AS data FROM luaguage_bridge.outbox WHERE routing_key = $1 ORDER BY id`,
      [routingKey],
    )
  ).rows.map(({ data }) => data);
const approvals = async (...materialIds: string[]) =>
  ((
    await bridge.ask(`query($ids: [ID!]!) { partApprovals(materialIds: $ids) { materialId outcome } }`, {
      ids: materialIds,
    })
  ).data?.['partApprovals'] ?? []) as { materialId: string; outcome: string }[];
const about = (event: string, data: object) => ({ event, tenant_id: emp001.tenantId, data });

describe('part approvals', () => {
  it('are what the ERP says of each material, asked for once in two hours', async () => {
    const asked = await approvals('MAT-001', 'MAT-PENDING', 'NOBODY', 'MAT-001');
    expect(asked.map(({ outcome }) => outcome)).toEqual(['APPROVED', 'NOT_APPROVED', 'NOT_APPROVED', 'APPROVED']);
    const before = bridge.luaguage.asked.length;
    bridge.passMinutes(119);
    await approvals('MAT-001');
    expect(bridge.luaguage.asked.length).toBe(before);
    bridge.passMinutes(2);
    await approvals('MAT-001');
    expect(bridge.luaguage.asked.length).toBe(before + 1);
  });

  it('approve nothing while the ERP is away and was last heard more than two hours ago', async () => {
    await approvals('MAT-002');
    bridge.luaguage.feel('FAILS');
    bridge.passMinutes(119);
    expect(await approvals('MAT-002', 'MAT-003')).toEqual([
      { materialId: 'MAT-002', outcome: 'APPROVED' },
      { materialId: 'MAT-003', outcome: 'UNVERIFIED' },
    ]);
    bridge.passMinutes(2);
    expect(await approvals('MAT-002')).toEqual([{ materialId: 'MAT-002', outcome: 'UNVERIFIED' }]);
    bridge.luaguage.feel('WELL');
    expect(await approvals('MAT-002')).toEqual([{ materialId: 'MAT-002', outcome: 'APPROVED' }]);
  });
});

describe('a webhook of the ERP', () => {
  it('makes the plant hear of a part that lost its approval, once', async () => {
    await approvals('MAT-010');
    bridge.luaguage.simulator.books.setPpap('MAT-010', 'REJECTED');
    const news = about('ppap.changed', { material_id: 'MAT-010' });
    expect([await post(news), await post(news)]).toEqual([204, 204]);
    expect(await approvals('MAT-010')).toEqual([{ materialId: 'MAT-010', outcome: 'NOT_APPROVED' }]);
    const heard = (await told('luaguage-bridge.ppap.changed.v1')).filter((it) => it['material_id'] === 'MAT-010');
    expect(heard).toMatchObject([{ status: 'REJECTED', approved_on: null }]);
  });

  it('has permissions asked for again, and gateways told', async () => {
    const permissions = async () =>
      (
        (await bridge.ask(`{ userPermissions(userId: "emp-101") { permissions } }`, {}, gateway)).data as {
          userPermissions: { permissions: string[] };
        }
      ).userPermissions.permissions;
    expect(await permissions()).toContain('report:create');
    bridge.luaguage.simulator.books.removePermission('emp-101', 'report:create');
    expect(await permissions()).toContain('report:create');
    expect(await post(about('permissions.changed', { user_id: 'emp-101' }))).toBe(204);
    expect(await permissions()).not.toContain('report:create');
    expect(await told('luaguage-bridge.permissions.changed.v1')).toMatchObject([{ user_id: 'emp-101' }]);
    bridge.luaguage.simulator.books.addPermission('emp-101', 'report:create');
  });

  it('makes the plant hear of a new version of a bill', async () => {
    bridge.luaguage.simulator.books.setBom('PROD-A001', 'V3.0');
    expect(await post(about('bom.changed', { product_id: 'PROD-A001', bom_version: 'V3.0' }))).toBe(204);
    expect((await told('luaguage-bridge.bom.changed.v1')).at(-1)).toMatchObject({ bom_version: 'V3.0', usable: true });
  });

  it.each([
    [
      'is refused when somebody else signed it',
      about('ppap.changed', { material_id: 'M' }),
      { secret: 'another-secret-0123' },
      401,
    ],
    ['is refused when it is old', about('ppap.changed', { material_id: 'M' }), { secondsAgo: 301 }, 401],
    ['is refused when it is no JSON', '{', {}, 400],
    ['is refused when it says nothing that we know', about('everything.changed', {}), {}, 400],
    ['is refused when it names nothing', about('bom.changed', { product_id: 'P' }), {}, 400],
    ['is refused when it is too large', 'x'.repeat(70_000), {}, 413],
  ])('%s', async (_what, message, change, status) => {
    expect(await post(message, change)).toBe(status);
  });

  it('is heard however often a stranger speaks in its name, and strangers of one company shut out nobody else', async () => {
    const stranger = { secret: 'another-secret-0123' };
    const ofOther = { event: 'ppap.changed', tenant_id: 'tenant-002', data: { material_id: 'M' } };
    bridge.passMinutes(5);
    const statuses = [];
    for (let at = 0; at < 22; at += 1) statuses.push(await post(about('ppap.changed', { material_id: 'M' }), stranger));
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429]);
    expect(await post(ofOther, stranger)).toBe(401);
    expect(await post(about('ppap.changed', { material_id: 'MAT-001' }))).toBe(204);
    bridge.passMinutes(1);
    expect(await post(about('ppap.changed', { material_id: 'M' }), stranger)).toBe(401);
  });

  it('is tried again by the ERP when its own interface does not answer', async () => {
    bridge.luaguage.feel('FAILS');
    const status = await post(about('ppap.changed', { material_id: 'MAT-NEVER-HEARD' }));
    expect(status).toBe(503);
  });
});

describe('the state of the ERP', () => {
  const status = async () =>
    (
      (
        await bridge.ask(`{ integrationStatus { isDegraded degraded { name consequence }
        interfaces { name circuit lastError isLagging } } }`)
      ).data as {
        integrationStatus: {
          isDegraded: boolean;
          degraded: { name: string; consequence: string }[];
          interfaces: { name: string; isLagging: boolean }[];
        };
      }
    ).integrationStatus;

  it('is told when an interface fails for long, and when it answers again', async () => {
    bridge.passMinutes(1_000);
    await bridge.ask('{ me { id } }');
    await approvals('MAT-020');
    bridge.luaguage.feel('FAILS', 'ppap');
    bridge.passMinutes(130);
    await approvals('MAT-020');
    bridge.passMinutes(0.2);
    await bridge.lookAtErp();
    expect(await status()).toMatchObject({
      isDegraded: true,
      degraded: [{ name: 'PPAP', consequence: expect.stringContaining('not released') }],
    });
    expect((await status()).interfaces.find(({ name }) => name === 'PPAP')).toMatchObject({ isLagging: true });
    await bridge.lookAtErp();
    expect(await told('luaguage-bridge.integration.degraded.v1')).toMatchObject([
      { interface: 'PPAP', state: 'DEGRADED' },
    ]);

    bridge.luaguage.feel('WELL');
    await approvals('MAT-020');
    await bridge.lookAtErp();
    expect(await status()).toMatchObject({ isDegraded: false, degraded: [] });
    expect(await told('luaguage-bridge.integration.recovered.v1')).toMatchObject([{ interface: 'PPAP', state: 'OK' }]);
  });
});
