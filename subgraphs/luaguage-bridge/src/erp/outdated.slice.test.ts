/** What the bridge remembers, once the ERP said that it is other than it was. */
import { signatureOf } from '@enghub/luaguage-simulator/webhooks';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, gateway, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';
import { WEBHOOK_PATH } from '../webhooks/route.ts';

const SECRET = 'a-secret-of-this-test';
let bridge: TestBridge;
let books: pg.Client;
let front: Server;

beforeAll(async () => {
  bridge = await startTestBridge({ webhookSecret: SECRET });
  books = new pg.Client({ connectionString: bridge.ownerUrl });
  await books.connect();
  front = createServer((request, response) => void bridge.route(WEBHOOK_PATH)!.handle(request, response));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  front.close();
  await books.end();
  await bridge.stop();
});
beforeEach(() => bridge.reset());

async function erpSays(event: string, data: object): Promise<number> {
  const body = JSON.stringify({ event, tenant_id: emp001.tenantId, data });
  const timestamp = String(Math.floor(bridge.now().getTime() / 1000));
  const headers = { 'x-luaguage-timestamp': timestamp, 'x-luaguage-signature': signatureOf(SECRET, timestamp, body) };
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}${WEBHOOK_PATH}`;
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

type Asking = Pick<TestBridge, 'ask'>;
const approval = async (materialId: string, of: Asking = bridge) => {
  const { data } = await of.ask('query ($ids: [ID!]!) { partApprovals(materialIds: $ids) { outcome } }', {
    ids: [materialId],
  });
  return (data?.['partApprovals'] as { outcome: string }[])[0]!.outcome;
};
const bom = async (version: string, of: Asking = bridge) =>
  (
    await of.ask(
      'query ($version: String) { billOfMaterials(productId: "PROD-A001", version: $version) { outcome bom { source } } }',
      { version },
    )
  ).data?.['billOfMaterials'];
const told = async (routingKey: string, key: string, value: string) =>
  (
    await books.query<{ data: Record<string, unknown> }>(
      `SELECT envelope->'data' AS data FROM luaguage_bridge.outbox
        WHERE routing_key = $1 AND envelope->'data'->>$2 = $3 ORDER BY id`,
      [routingKey, key, value],
    )
  ).rows.map(({ data }) => data);
const toldOfPart = (materialId: string) => told('luaguage-bridge.ppap.changed.v1', 'material_id', materialId);

describe('an approval that the ERP said has changed', () => {
  it('approves nothing until the ERP could be asked, also after a restart', async () => {
    expect(await approval('MAT-101')).toBe('APPROVED');
    bridge.luaguage.simulator.books.setPpap('MAT-101', 'REJECTED');
    bridge.luaguage.feel('FAILS', 'ppap');
    bridge.passMinutes(1);
    expect(await erpSays('ppap.changed', { material_id: 'MAT-101' })).toBe(503);
    expect(await approval('MAT-101')).toBe('UNVERIFIED');
    await bridge.restart();
    expect(await approval('MAT-101')).toBe('UNVERIFIED');
    expect(await toldOfPart('MAT-101')).toEqual([]);

    bridge.luaguage.feel('WELL');
    expect(await bridge.recheck()).toBe(1);
    expect(await approval('MAT-101')).toBe('NOT_APPROVED');
    expect(await toldOfPart('MAT-101')).toMatchObject([{ status: 'REJECTED' }]);
  });

  it('is asked for by another bridge too, which had it in its memory', async () => {
    const other = await bridge.another();
    try {
      expect(await approval('MAT-102', other)).toBe('APPROVED');
      bridge.luaguage.simulator.books.setPpap('MAT-102', 'REJECTED');
      bridge.passMinutes(1);
      expect(await erpSays('ppap.changed', { material_id: 'MAT-102' })).toBe(204);
      expect(await approval('MAT-102', other)).toBe('NOT_APPROVED');

      expect(await approval('MAT-103', other)).toBe('APPROVED');
      bridge.luaguage.feel('FAILS', 'ppap');
      bridge.passMinutes(1);
      expect(await erpSays('ppap.changed', { material_id: 'MAT-103' })).toBe(503);
      expect(await approval('MAT-103', other)).toBe('UNVERIFIED');
    } finally {
      await other.stop();
    }
  });

  it('takes a permission from whoever has it remembered', async () => {
    const { books: erp } = bridge.luaguage.simulator;
    const permissions = async (of: Asking) =>
      (
        (await of.ask('{ userPermissions(userId: "emp-101") { permissions } }', {}, gateway)).data as {
          userPermissions: { permissions: string[] } | null;
        }
      ).userPermissions?.permissions;
    const other = await bridge.another();
    try {
      expect(await permissions(other)).toContain('report:create');
      erp.removePermission('emp-101', 'report:create');
      bridge.passMinutes(0.5);
      expect(await erpSays('permissions.changed', { user_id: 'emp-101' })).toBe(204);
      expect(await permissions(other)).not.toContain('report:create');

      bridge.luaguage.feel('FAILS', 'permissions');
      bridge.passMinutes(0.5);
      expect(await erpSays('permissions.changed', { user_id: 'emp-101' })).toBe(204);
      expect(await permissions(other)).toBeUndefined();
    } finally {
      erp.addPermission('emp-101', 'report:create');
      await other.stop();
    }
  });
});

describe('the plant is told', () => {
  it('of what anybody found to be other than it was, once', async () => {
    await approval('MAT-111');
    bridge.luaguage.simulator.books.setPpap('MAT-111', 'PENDING');
    bridge.passMinutes(121);
    expect(await approval('MAT-111')).toBe('NOT_APPROVED');
    await bridge.recheck();
    expect(await toldOfPart('MAT-111')).toMatchObject([{ status: 'PENDING' }]);
  });

  it('nothing when only the order of names in the answer is another', async () => {
    await bom('V2.0');
    await books.query(
      `UPDATE luaguage_bridge.erp_answers SET answer = answer - 'lines' || jsonb_build_object('lines', answer->'lines')
        WHERE kind = 'BOM'`,
    );
    bridge.passMinutes(31);
    expect(await bom('V2.0')).toEqual({ outcome: 'FOUND', bom: { source: 'ERP' } });
    bridge.passMinutes(1);
    expect(await erpSays('bom.changed', { product_id: 'PROD-A001', bom_version: 'V2.0' })).toBe(204);
    expect(await told('luaguage-bridge.bom.changed.v1', 'bom_version', 'V2.0')).toEqual([]);
  });

  it('of a bill that comes and goes', async () => {
    const { books: erp } = bridge.luaguage.simulator;
    const change = async (change: () => void) => {
      bridge.passMinutes(1);
      change();
      expect(await erpSays('bom.changed', { product_id: 'PROD-A001', bom_version: 'V7.0' })).toBe(204);
    };
    await change(() => erp.setBom('PROD-A001', 'V7.0'));
    await change(() => erp.withdrawBom('PROD-A001', 'V7.0'));
    await change(() => erp.setBom('PROD-A001', 'V7.0'));
    const heard = await told('luaguage-bridge.bom.changed.v1', 'bom_version', 'V7.0');
    expect(heard.map(({ usable }) => usable)).toEqual([true, false, true]);
  });
});

describe('part approvals are asked for again by themselves', () => {
  it('before they are two hours old, each at a moment of its own', async () => {
    for (let at = 0; at < 20; at += 1) await approval(`MAT-2${at}`);
    const { rows } = await books.query<{ minutes: string }>(
      `SELECT extract(epoch FROM next_check_at - as_of) / 60 AS minutes FROM luaguage_bridge.erp_answers
        WHERE kind = 'PPAP' AND key LIKE 'MAT-2%'`,
    );
    const minutes = rows.map((row) => Number(row.minutes));
    expect(minutes.every((it) => it >= 90 && it <= 110)).toBe(true);
    expect(new Set(minutes).size).toBeGreaterThan(10);

    const asked = () => bridge.luaguage.asked.filter((path) => path.includes('/ppap/material/MAT-2')).length;
    bridge.passMinutes(89);
    const before = asked();
    await bridge.recheck();
    expect(asked()).toBe(before);
    bridge.passMinutes(22);
    await bridge.recheck();
    expect(asked()).toBe(before + 20);
  });
});
