import { startSimulator, type RunningSimulator } from '@enghub/luaguage-simulator/simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startFaultyLuaguage, type FaultyLuaguage } from '../faulty-luaguage-for-tests.ts';
import { createErpClient, type ErpClientSettings } from './client.ts';
import { isErpUnavailable } from './outage.ts';

let simulator: RunningSimulator;
let luaguage: FaultyLuaguage;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  luaguage = await startFaultyLuaguage(simulator.url);
  onTestFinished(() => luaguage.stop());
});

function clientWith(settings: Partial<ErpClientSettings> = {}) {
  const client = createErpClient({ url: luaguage.url, attemptMs: 200, retryDelaysMs: [0, 1, 2], ...settings });
  onTestFinished(() => client.close());
  return client;
}

describe('asking the ERP', () => {
  it.each(['HANGS_UP', 'FAILS', 'SILENT'] as const)('tries three times more while it %s', async (mood) => {
    luaguage.feel(mood);
    await expect(clientWith().product('tenant-001', 'PROD-A001')).rejects.toSatisfy(isErpUnavailable);
    expect(luaguage.asked).toHaveLength(4);
  });

  it.each(['GARBAGE', 'WRONG_SHAPE', 'TOO_LARGE', 'REDIRECTS', 'ABOUT_ANOTHER'] as const)(
    'does not try again when it %s',
    async (mood) => {
      luaguage.feel(mood);
      await expect(clientWith().product('tenant-001', 'PROD-A001')).rejects.toSatisfy(isErpUnavailable);
      expect(luaguage.asked).toHaveLength(1);
    },
  );

  it('finds the answer that a second try brings', async () => {
    luaguage.feel('FAILS');
    const asking = clientWith({ retryDelaysMs: [20, 20, 20, 20, 20] }).product('tenant-001', 'PROD-DRUM');
    luaguage.feel('WELL');
    expect(await asking).toMatchObject({ name: 'Drum' });
  });

  it('leaves a dead ERP alone, and asks again after a while', async () => {
    const client = clientWith({ failuresToOpen: 4, halfOpenAfterMs: 50 });
    luaguage.feel('FAILS');
    await expect(client.product('tenant-001', 'PROD-A001')).rejects.toSatisfy(isErpUnavailable);
    await expect(client.product('tenant-001', 'PROD-B002')).rejects.toSatisfy(isErpUnavailable);
    expect(luaguage.asked).toHaveLength(4);

    luaguage.feel('WELL');
    await expect
      .poll(() => client.product('tenant-001', 'PROD-B002').catch(() => null))
      .toMatchObject({ name: 'B002' });
  });

  it('speaks to an ERP below a path', async () => {
    const below = clientWith({ url: `${luaguage.url}/erp/` });
    await below.product('tenant-001', 'PROD-A001');
    expect(luaguage.asked).toEqual(['/erp/api/v1/products/PROD-A001']);
  });

  it('answers nothing from an address where nobody listens', async () => {
    const client = clientWith({ url: 'http://127.0.0.1:9' });
    await expect(client.user('emp-001')).rejects.toSatisfy(isErpUnavailable);
  });
});
