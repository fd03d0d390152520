/** An interface of the ERP stops working and works again, seen by several bridges that share a database. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestBridge, type TestBridge } from '../bridge-for-tests.ts';

type Asking = Pick<TestBridge, 'ask'>;
type Status = { isDegraded: boolean; degraded: { name: string }[]; interfaces: Record<string, unknown>[] };

const statusOf = async (of: Asking) =>
  (
    await of.ask(`{ integrationStatus { isDegraded degraded { name since }
      interfaces { name circuit failingSince lastSuccessAt lastFailureAt lastError } } }`)
  ).data?.['integrationStatus'] as Status;
const lookup = async (of: Asking, productId: string) =>
  (
    await of.ask(
      'query ($id: ID!) { billOfMaterials(productId: $id, version: "V1.0") { outcome bom { source asOf } } }',
      {
        id: productId,
      },
    )
  ).data?.['billOfMaterials'];

async function eventsOf(ownerUrl: string): Promise<string[]> {
  const books = new pg.Client({ connectionString: ownerUrl });
  await books.connect();
  try {
    const { rows } = await books.query<{ key: string }>(
      `SELECT routing_key AS key FROM luaguage_bridge.outbox WHERE routing_key LIKE '%.integration.%' ORDER BY id`,
    );
    return rows.map(({ key }) => key.split('.')[2]!);
  } finally {
    await books.end();
  }
}

describe('two bridges', () => {
  let bridge: TestBridge;
  let other: Awaited<ReturnType<TestBridge['another']>>;
  beforeAll(async () => {
    bridge = await startTestBridge();
    other = await bridge.another();
  });
  afterAll(async () => {
    await other.stop();
    await bridge.stop();
  });

  it('say the same of an outage that one of them met, create no order by a bill however young, and tell of it once', async () => {
    for (const each of [bridge, other]) {
      expect(await lookup(each, 'PROD-DRUM')).toMatchObject({ outcome: 'FOUND' });
      await each.lookAtErp();
    }
    bridge.luaguage.feel('FAILS', 'bom');
    bridge.passMinutes(1);
    expect(await lookup(bridge, 'PROD-CABLE-HEAD')).toEqual({ outcome: 'UNAVAILABLE', bom: null });
    // One that failed just now may be a hiccup: what is young is good enough.
    expect(await lookup(bridge, 'PROD-DRUM')).toMatchObject({ outcome: 'FOUND' });
    bridge.passMinutes(0.2);
    for (const each of [bridge, other, bridge, other]) await each.lookAtErp();

    expect(await statusOf(bridge)).toMatchObject({ isDegraded: true, degraded: [{ name: 'BOM' }] });
    expect(await statusOf(other)).toEqual(await statusOf(bridge));
    for (const each of [bridge, other]) {
      expect(await lookup(each, 'PROD-DRUM')).toEqual({
        outcome: 'UNAVAILABLE',
        bom: { source: 'CACHE', asOf: '2026-01-05T06:00:00.000Z' },
      });
    }
    expect(await eventsOf(bridge.ownerUrl)).toEqual(['degraded']);

    bridge.luaguage.feel('WELL');
    bridge.passMinutes(1);
    expect(await lookup(other, 'PROD-CABLE-HEAD')).toMatchObject({ outcome: 'FOUND', bom: { source: 'ERP' } });
    for (const each of [other, bridge, other, bridge]) await each.lookAtErp();
    expect(await statusOf(bridge)).toMatchObject({ isDegraded: false, degraded: [] });
    expect(await statusOf(other)).toEqual(await statusOf(bridge));
    expect(await lookup(bridge, 'PROD-DRUM')).toMatchObject({ outcome: 'FOUND' });
    expect(await eventsOf(bridge.ownerUrl)).toEqual(['degraded', 'recovered']);
  });

  it('know of an outage also after a restart', async () => {
    bridge.luaguage.feel('FAILS', 'ppap');
    await bridge.ask('{ partApprovals(materialIds: ["MAT-001"]) { outcome } }');
    bridge.passMinutes(0.2);
    await bridge.lookAtErp();
    await bridge.restart();
    await bridge.lookAtErp();
    expect(await statusOf(bridge)).toMatchObject({ isDegraded: true, degraded: [{ name: 'PPAP' }] });
    bridge.luaguage.feel('WELL');
  });
});

describe('a bridge by itself', () => {
  let bridge: TestBridge;
  beforeAll(async () => {
    bridge = await startTestBridge({ keepsInSync: true });
    // From here on it is watched for them.
    await bridge.ask('{ me { id } }');
  });
  afterAll(() => bridge.stop());

  const within = (ms: number) => ({ timeout: ms, interval: 250 });
  const asked = (path: string) => bridge.luaguage.asked.filter((it) => it.includes(path)).length;

  it('asks a failing interface again and again, and asks for everything it answered before once that works', async () => {
    const approval = async (id: string) =>
      (
        (await bridge.ask('query ($ids: [ID!]!) { partApprovals(materialIds: $ids) { outcome } }', { ids: [id] }))
          .data?.['partApprovals'] as { outcome: string }[]
      )[0]!.outcome;
    for (let at = 0; at < 60; at += 1) expect(await approval(`MAT-3${at}`)).toBe('APPROVED');
    bridge.luaguage.feel('FAILS', 'ppap');
    expect(await approval('MAT-NEVER-HEARD')).toBe('UNVERIFIED');
    bridge.passMinutes(0.5);
    await vi.waitFor(
      async () => expect((await statusOf(bridge)).degraded).toMatchObject([{ name: 'PPAP' }]),
      within(5_000),
    );
    const before = asked('/ppap/');
    await vi.waitFor(() => expect(asked('/ppap/')).toBeGreaterThan(before), within(15_000));

    bridge.luaguage.simulator.books.setPpap('MAT-359', 'REJECTED');
    bridge.luaguage.feel('WELL');
    bridge.luaguage.asked.length = 0;
    bridge.passMinutes(0.5);
    await vi.waitFor(async () => expect((await statusOf(bridge)).degraded).toEqual([]), within(15_000));
    await vi.waitFor(
      () => expect(new Set(bridge.luaguage.asked.filter((it) => /MAT-3\d/.test(it))).size).toBe(60),
      within(20_000),
    );
    expect(await approval('MAT-359')).toBe('NOT_APPROVED');
  });

  it('remembers what running orders are made of before anybody asked', async () => {
    bridge.workOrders.set('wo-1', { bomVersion: 'V1.0', product: { id: 'PROD-CABLE-HEAD' } });
    bridge.workOrders.set('wo-2', { bomVersion: null, product: { id: 'PROD-DRUM' } });
    await bridge.restart();
    await vi.waitFor(() => expect(asked('/ppap/material/MAT-CUTTING-FLUID')).toBe(1), within(15_000));
    bridge.luaguage.feel('HANGS_UP');
    await bridge.restart();
    expect(await lookup(bridge, 'PROD-CABLE-HEAD')).toMatchObject({ outcome: 'UNAVAILABLE', bom: { source: 'CACHE' } });
    const { data } = await bridge.ask('{ partApprovals(materialIds: ["MAT-CUTTING-FLUID"]) { outcome } }');
    expect(data).toEqual({ partApprovals: [{ outcome: 'APPROVED' }] });
  });
});
