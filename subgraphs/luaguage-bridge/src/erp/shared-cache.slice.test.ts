import { ownRedisForTests } from '@enghub/testkit/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { gateway, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';

const BOM = '{ product(id: "PROD-A001") { bom { version source asOf lines { quantity } } } }';
const LOOKUP = '{ billOfMaterials(productId: "PROD-A001") { outcome bom { source } } }';
const PERMISSIONS = '{ userPermissions(userId: "emp-101") { userId permissions asOf } }';
const redis = await ownRedisForTests();

if (redis) {
  describe('bridges that share a Redis', () => {
    let bridge: TestBridge;
    const permissions = () => bridge.ask(PERMISSIONS, {}, gateway);

    beforeAll(async () => {
      bridge = await startTestBridge({ redisUrl: redis.url });
    });
    afterAll(async () => {
      await bridge.stop();
      await redis.kill();
    });
    beforeEach(async () => {
      await redis.kill();
      await redis.start();
      // Another bridge, as far as memory goes.
      await bridge.restart();
      bridge.asNewTenant();
    });

    it('ask the ERP once in 30 minutes, whichever of them is asked', async () => {
      await bridge.ask(BOM);
      const asked = bridge.luaguage.asked.length;
      await bridge.restart();
      bridge.passMinutes(29.9);
      const again = await bridge.ask(BOM);
      expect(again.data?.product).toMatchObject({ bom: { source: 'CACHE', asOf: '2026-01-05T06:00:00.000Z' } });
      expect(bridge.luaguage.asked).toHaveLength(asked);

      bridge.passMinutes(0.1);
      expect((await bridge.ask(BOM)).data?.product).toMatchObject({
        bom: { source: 'ERP', asOf: '2026-01-05T06:30:00.000Z' },
      });
    });

    it('know permissions for five minutes and no longer', async () => {
      const before = await permissions();
      bridge.luaguage.feel('HANGS_UP');
      await bridge.restart();
      bridge.passMinutes(4.99);
      expect(await permissions()).toEqual(before);

      bridge.passMinutes(0.01);
      expect((await permissions()).errors?.[0]?.extensions.reason).toBe('REAUTHENTICATION_REQUIRED');
    });

    it('answer from the ERP while Redis is away, and share again when it is back', async () => {
      await bridge.ask(BOM);
      await permissions();
      await redis.kill();
      await vi.waitFor(async () =>
        expect((await bridge.ask(LOOKUP)).data?.billOfMaterials).toEqual({ outcome: 'FOUND', bom: { source: 'ERP' } }),
      );
      expect((await permissions()).data?.userPermissions).toMatchObject({ userId: 'emp-101' });

      await redis.start();
      await vi.waitFor(
        async () => expect((await bridge.ask(BOM)).data?.product).toMatchObject({ bom: { source: 'CACHE' } }),
        { timeout: 20_000 },
      );
    });

    it('serve the BOM of before, marked as such, while Redis and the ERP are away', async () => {
      await bridge.ask(BOM);
      await redis.kill();
      bridge.luaguage.feel('FAILS');
      await vi.waitFor(async () =>
        expect((await bridge.ask(LOOKUP)).data?.billOfMaterials).toEqual({
          outcome: 'UNAVAILABLE',
          bom: { source: 'CACHE' },
        }),
      );
    });
  });
}
