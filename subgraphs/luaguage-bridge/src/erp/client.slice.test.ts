import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startFaultyLuaguage, type FaultyLuaguage } from '../faulty-luaguage-for-tests.ts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { ErpCredentials } from './credentials.ts';
import type { ErpInterface, InterfaceOutcome } from './interface-guard.ts';
import { createErpClient, type ErpClientSettings } from './client.ts';
import { isErpUnavailable } from './outage.ts';

let luaguage: FaultyLuaguage;
beforeEach(async () => {
  luaguage = await startFaultyLuaguage();
  onTestFinished(() => luaguage.stop());
});

function clientWith(settings: Partial<ErpClientSettings> = {}) {
  const client = createErpClient({ url: luaguage.url, attemptMs: 200, retryDelaysMs: [0, 1, 2], ...settings });
  onTestFinished(() => client.close());
  return client;
}

const failing = ['HANGS_UP', 'FAILS', 'SILENT'] as const;
const broken = ['GARBAGE', 'WRONG_SHAPE', 'TOO_LARGE', 'REDIRECTS', 'ABOUT_ANOTHER', 'WRONG_COMPANY'] as const;

describe('asking the ERP', () => {
  it.each(failing)('tries three times more while it %s', async (mood) => {
    luaguage.feel(mood);
    await expect(clientWith().product('tenant-001', 'PROD-A001')).rejects.toSatisfy(isErpUnavailable);
    expect(luaguage.asked).toHaveLength(4);
  });

  it.each(broken)('does not try again when it %s', async (mood) => {
    luaguage.feel(mood);
    await expect(clientWith({ attemptMs: 5_000 }).product('tenant-001', 'PROD-A001')).rejects.toSatisfy(
      isErpUnavailable,
    );
    expect(luaguage.asked).toHaveLength(1);
  });

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

  it('shows each interface by itself: no outage of BOMs closes the door of permissions', async () => {
    const outcomes: InterfaceOutcome[] = [];
    const client = clientWith({ failuresToOpen: 4, halfOpenAfterMs: 50, onOutcome: (it) => outcomes.push(it) });
    const health = (name: ErpInterface) => client.health().find((it) => it.name === name)!;
    expect(health('BOM')).toEqual({
      ...{
        name: 'BOM',
        circuit: 'CLOSED',
        failingSince: null,
        lastSuccessAt: null,
        lastFailureAt: null,
        lastError: null,
      },
    });

    luaguage.feel('FAILS', 'bom');
    await expect(client.bom('tenant-001', 'PROD-A001', 'V2.0')).rejects.toSatisfy(isErpUnavailable);
    expect(await client.user('emp-101')).toMatchObject({ id: 'emp-101' });
    expect(health('BOM')).toMatchObject({ circuit: 'OPEN', lastSuccessAt: null, lastFailureAt: expect.any(Date) });
    expect(health('BOM').lastError).toContain('answered 503');
    expect(health('PERMISSIONS')).toMatchObject({
      circuit: 'CLOSED',
      lastError: null,
      lastSuccessAt: expect.any(Date),
    });
    expect(outcomes.map((it) => `${it.name} ${it.error === null ? 'ok' : 'failed'}`)).toEqual([
      ...Array<string>(4).fill('BOM failed'),
      'PERMISSIONS ok',
    ]);

    luaguage.feel('WELL');
    await expect.poll(() => client.bom('tenant-001', 'PROD-A001', 'V2.0').catch(() => null)).not.toBeNull();
    expect(health('BOM')).toMatchObject({ circuit: 'CLOSED', lastSuccessAt: expect.any(Date) });
  });

  it('lets a slow interface wait by itself', async () => {
    const client = clientWith({ attemptMs: 2_000, retryDelaysMs: [] });
    luaguage.feel('SILENT', 'bom');
    const slow = Promise.allSettled(Array.from({ length: 40 }, () => client.bom('tenant-001', 'PROD-A001', 'V2.0')));
    await expect.poll(() => luaguage.asked.length).toBe(10);
    expect(await client.user('emp-101')).toMatchObject({ id: 'emp-101' });
    await client.close();
    await slow;
  });
});

describe('secrets', () => {
  const credentials: readonly ErpCredentials[] = [
    { kind: 'TOKEN', token: 'top-secret-token' },
    { kind: 'PASSWORD', user: 'plant', password: 'top-secret-password' },
    { kind: 'CLIENT', clientId: 'plant', clientSecret: 'top-secret-client', tokenUrl: 'http://127.0.0.1:9/token' },
  ];

  it.each(credentials)('of the kind $kind are in no error and no log line, whatever fails', async (it) => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
    const client = clientWith({ credentials: it, onOutcome: (outcome) => logger.warn({ outcome }, 'outcome') });
    for (const mood of [...failing, ...broken]) {
      luaguage.feel(mood);
      await client.product('tenant-001', 'PROD-A001').catch((error: unknown) => logger.error({ err: error }, 'failed'));
      await client
        .sendNotification('tenant-001', { type: 'x', recipientId: 'emp-001', data: {} }, 'key')
        .catch((error: unknown) => logger.error({ err: error }, 'failed'));
    }
    logger.info({ health: client.health() }, 'health');
    const log = lines.join('');
    expect(lines.length).toBeGreaterThan(10);
    expect(log).not.toContain('top-secret');
    expect(log).not.toContain(Buffer.from('plant:top-secret-password').toString('base64'));
    expect(log).not.toMatch(/Bearer|Basic /);
  });

  it('are shown to the ERP, fetched again when it no longer takes them', async () => {
    const shown: string[] = [];
    let valid = 'first';
    let given = 'first';
    const erp = createServer((request, response) => {
      if (request.url === '/token') {
        shown.push(request.headers.authorization!);
        return response.end(JSON.stringify({ access_token: given, expires_in: 3600 }));
      }
      if (request.headers.authorization !== `Bearer ${valid}`) return response.writeHead(401).end();
      response.end(JSON.stringify({ material_id: 'MAT-001', name: 'Valve Seat' }));
    });
    await new Promise<void>((resolve) => erp.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => erp.close(() => resolve())));
    const url = `http://127.0.0.1:${(erp.address() as AddressInfo).port}`;
    const client = clientWith({
      url,
      credentials: { kind: 'CLIENT', clientId: 'plant', clientSecret: 's', tokenUrl: `${url}/token` },
    });
    expect(await client.material('tenant-001', 'MAT-001')).toMatchObject({ id: 'MAT-001' });
    expect(await client.material('tenant-001', 'MAT-001')).toMatchObject({ id: 'MAT-001' });
    expect(shown).toEqual([`Basic ${Buffer.from('plant:s').toString('base64')}`]);
    [valid, given] = ['second', 'second'];
    expect(await client.material('tenant-001', 'MAT-001')).toMatchObject({ id: 'MAT-001' });
    expect(shown).toHaveLength(2);
  });
});
