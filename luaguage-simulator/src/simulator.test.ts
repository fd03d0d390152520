import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startSimulator, type RunningSimulator } from './simulator.ts';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.stop());

const get = async (where: string) => {
  const response = await fetch(`${simulator.url}${where}`);
  return { status: response.status, body: (await response.json()) as unknown };
};
const post = async (where: string, body: string) => {
  const response = await fetch(`${simulator.url}${where}`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as unknown };
};

describe('the interfaces of luaguage', () => {
  it('gives the BOM of a product and version', async () => {
    expect(await get('/api/v1/bom/product/PROD-A001/version/V2.0')).toEqual({
      status: 200,
      body: {
        product_id: 'PROD-A001',
        bom_version: 'V2.0',
        materials: [
          { material_id: 'MAT-001', qty: 10, unit: 'pcs' },
          { material_id: 'MAT-002', qty: 5, unit: 'pcs' },
        ],
      },
    });
  });

  it('gives the approval state of a material', async () => {
    expect((await get('/api/v1/ppap/material/MAT-001')).body).toEqual({
      material_id: 'MAT-001',
      ppap_status: 'APPROVED',
      approval_date: '2025-12-01',
    });
    expect((await get('/api/v1/ppap/material/MAT-PENDING')).body).toMatchObject({
      ppap_status: 'PENDING',
      approval_date: null,
    });
  });

  it('says what a user may do, and where', async () => {
    const { body } = await get('/api/v1/auth/user/emp-101/permissions');
    expect(body).toMatchObject({
      user_id: 'emp-101',
      tenant_id: 'tenant-001',
      roles: ['operator'],
      factories: ['factory-sh-01'],
    });
    const { permissions } = body as { permissions: string[] };
    expect(permissions).toEqual(expect.arrayContaining(['report:create', 'work_order:execute']));
    expect(permissions).not.toEqual(expect.arrayContaining(['oee:view']));
  });

  it('takes a notification and refuses one without a recipient', async () => {
    const complete = { type: 'work_order_completed', recipient_id: 'emp-001', data: { completion_rate: 95 } };
    expect((await post('/api/v1/notifications/send', JSON.stringify(complete))).status).toBe(202);
    expect((await post('/api/v1/notifications/send', JSON.stringify({ type: 'x' }))).status).toBe(400);
    expect((await post('/api/v1/notifications/send', 'not json')).status).toBe(400);
  });

  it('names products and materials', async () => {
    expect((await get('/api/v1/products/PROD-A001')).body).toMatchObject({ current_bom_version: 'V2.0' });
    expect((await get('/api/v1/materials/MAT-001')).body).toEqual({ material_id: 'MAT-001', name: 'Valve Seat' });
  });

  it('makes a product of the plant log up from its id', async () => {
    expect((await get('/api/v1/products/PROD-CABLE-HEAD')).body).toEqual({
      product_id: 'PROD-CABLE-HEAD',
      name: 'Cable Head',
      current_bom_version: 'V1.0',
    });
    expect((await get('/api/v1/bom/product/PROD-CABLE-HEAD/version/V1.0')).body).toMatchObject({
      materials: [{ material_id: 'MAT-CABLE-HEAD-BLANK', qty: 1, unit: 'pcs' }, { material_id: 'MAT-CUTTING-FLUID' }],
    });
  });

  it('knows the workers of the plant log as operators who may send in bulk', async () => {
    expect((await get('/api/v1/auth/user/ID4932/permissions')).body).toMatchObject({
      roles: ['logged_worker'],
      factories: ['factory-sh-01'],
    });
  });

  it.each([
    ['/api/v1/products/MAT-001'],
    ['/api/v1/products/PROD-'],
    ['/api/v1/materials/PROD-A001'],
    ['/api/v1/bom/product/PROD-A001/version/V9.9'],
    ['/api/v1/auth/user/emp-999/permissions'],
    ['/api/v1/auth/user/%E0%A4%A/permissions'],
    ['/nowhere'],
  ])('knows nothing of %s', async (where) => {
    expect((await get(where)).status).toBe(404);
  });

  it('answers a wrong method and a body that is too large without stumbling', async () => {
    expect((await post('/api/v1/products/PROD-A001', '{}')).status).toBe(405);
    expect((await post('/token', JSON.stringify({ userId: 'x'.repeat(100_000) }))).status).toBe(413);
  });
});

describe('tokens', () => {
  it('signs a demo user in so that anyone with the published keys can check it', async () => {
    const { body } = await post('/token', JSON.stringify({ userId: 'emp-701' }));
    const keys = createRemoteJWKSet(new URL(`${simulator.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify((body as { token: string }).token, keys, {
      issuer: simulator.issuer,
      audience: 'enghub',
      algorithms: ['ES256'],
    });
    expect(payload).toMatchObject({ sub: 'emp-701', tenant_id: 'tenant-002' });
    expect(payload.exp! - payload.iat!).toBe(8 * 60 * 60);
  });

  it('never publishes the private half of the key', async () => {
    const { keys } = (await get('/.well-known/jwks.json')).body as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('has no token for people it does not know', async () => {
    expect((await post('/token', JSON.stringify({ userId: 'emp-999' }))).status).toBe(404);
    expect((await post('/token', '[]')).status).toBe(400);
    expect(await simulator.tokenFor('emp-999')).toBeNull();
  });

  it('honours its tokens after a restart when it keeps its key', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'luaguage-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const options = { keyFile: path.join(folder, 'keys', 'key.json') };
    const before = await startSimulator(options);
    const token = await before.tokenFor('emp-001');
    await before.stop();

    const after = await startSimulator(options);
    onTestFinished(() => after.stop());
    const keys = createRemoteJWKSet(new URL(`${after.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(token!, keys, { issuer: after.issuer });
    expect(payload.sub).toBe('emp-001');
  });

  it('makes a token of any age for those who ask in process', async () => {
    const token = await simulator.tokenFor('emp-001', 60);
    const { iat, exp } = decodeJwt(token!);
    expect(exp! - iat!).toBe(60);
  });
});

describe('in production', () => {
  it('does not start unless told', async () => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    onTestFinished(() => {
      process.env.NODE_ENV = before;
    });
    await expect(startSimulator()).rejects.toThrow('NODE_ENV=production');
    const meant = await startSimulator({ allowInProduction: true });
    await meant.stop();
  });
});
