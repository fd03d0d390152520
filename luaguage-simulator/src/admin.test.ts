import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AdminCommand } from './admin.ts';
import { commandOf } from './commands.ts';
import { close, listen } from './server.ts';
import { startSimulator, type RunningSimulator } from './simulator.ts';
import { signatureOf } from './webhooks.ts';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.stop());
afterEach(() => simulator.faults.setAll(null));

const order = async (body: unknown, authorization = `Bearer ${simulator.admin.token}`) =>
  fetch(simulator.admin.url, { method: 'POST', headers: { authorization }, body: JSON.stringify(body) });
const command = (words: string) => order(commandOf(words.split(' ')));
const get = async (where: string) =>
  (await (await fetch(`${simulator.url}${where}`)).json()) as Record<string, unknown>;

describe('by hand', () => {
  it('takes one interface down and leaves the others up', async () => {
    expect((await command('fault bom down')).status).toBe(200);
    expect((await fetch(`${simulator.url}/api/v1/bom/product/PROD-A001/version/V2.0`)).status).toBe(503);
    expect(await get('/api/v1/auth/user/emp-101/permissions')).toMatchObject({ user_id: 'emp-101' });
    await command('fault bom off');
    expect(await get('/api/v1/bom/product/PROD-A001/version/V2.0')).toMatchObject({ bom_version: 'V2.0' });
  });

  it.each([
    ['garbage', '<html>'],
    ['wrong-company', '"tenant_id":"tenant-elsewhere"'],
    ['about-another', '"material_id":"ANOTHER"'],
    ['partial', '{"ppap_status":"APPROVED"}'],
  ])('answers %s when told to', async (fault, expected) => {
    await command(`fault ppap ${fault}`);
    const response = await fetch(`${simulator.url}/api/v1/ppap/material/MAT-001`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(expected);
  });

  it('leads elsewhere, or says far too much', async () => {
    await command('fault all redirect');
    const led = await fetch(`${simulator.url}/api/v1/products/PROD-A001`, { redirect: 'manual' });
    expect(led.headers.get('location')).toBe('http://127.0.0.1:9/');
    await command('fault all huge');
    const huge = await fetch(`${simulator.url}/api/v1/products/PROD-A001`);
    expect((await huge.text()).length).toBeGreaterThan(2 * 1024 * 1024);
  });

  it('changes a PPAP, a permission, a BOM and a sales order', async () => {
    await command('ppap MAT-001 PENDING');
    expect(await get('/api/v1/ppap/material/MAT-001')).toMatchObject({ ppap_status: 'PENDING', approval_date: null });

    await command('permissions emp-101 remove report:create');
    const { permissions } = await get('/api/v1/auth/user/emp-101/permissions');
    expect(permissions).toContain('work_order:execute');
    expect(permissions).not.toContain('report:create');

    await command('bom PROD-A001 V3.0');
    expect(await get('/api/v1/products/PROD-A001')).toMatchObject({ current_bom_version: 'V3.0' });
    expect(await get('/api/v1/bom/product/PROD-A001/version/V3.0')).toMatchObject({ materials: [{ qty: 10 }, {}] });
    expect(await get('/api/v1/bom/product/PROD-A001/version/V2.0')).toMatchObject({ bom_version: 'V2.0' });

    await command('sales-order SO-NEW PROD-A001 12');
    expect(await get('/api/v1/sales-orders/SO-NEW')).toMatchObject({ lines: [{ qty: '12', unit: 'pcs' }] });
  });

  it('moves its clock', async () => {
    const { clock } = (await (await command('clock 2026-01-05T06:00:00Z')).json()) as { clock: string };
    expect(clock).toMatch(/^2026-01-05T06:00/);
    expect(await (await command('clock +5m')).json()).toMatchObject({
      clock: expect.stringMatching(/^2026-01-05T06:05/),
    });
    simulator.books.setClock(new Date());
  });

  it('says what it knows nothing of, and what is no command', async () => {
    expect((await command('ppap PROD-A001 PENDING')).status).toBe(404);
    expect((await command('permissions emp-999 add report:create')).status).toBe(404);
    expect((await command('fault everything down')).status).toBe(400);
    expect((await command('fault bom tired')).status).toBe(400);
    expect((await order('nonsense')).status).toBe(400);
    expect(
      ['fault bom', 'clock later', 'permissions emp-101 lose x', 'dance'].map((it) => commandOf(it.split(' '))),
    ).toEqual([null, null, null, null]);
  });

  it('listens to nobody without its token, and on this machine only', async () => {
    const status: AdminCommand = { do: 'status' };
    expect((await order(status, '')).status).toBe(401);
    expect((await order(status, 'Bearer x')).status).toBe(401);
    expect((await fetch(`${simulator.url}/status`)).status).toBe(404);
    expect(new URL(simulator.admin.url).hostname).toBe('127.0.0.1');
  });

  it('leaves word of where it is for as long as it runs', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'luaguage-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const adminFile = path.join(folder, 'data', 'admin.json');
    const other = await startSimulator({ adminFile });
    expect(JSON.parse(readFileSync(adminFile, 'utf8'))).toEqual(other.admin);
    await other.stop();
    expect(existsSync(adminFile)).toBe(false);
  });
});

describe('webhooks', () => {
  async function listener(answers: readonly number[]) {
    const heard: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        heard.push({ headers: request.headers, body });
        response.writeHead(answers[heard.length - 1] ?? 204).end();
      });
    });
    onTestFinished(() => close(server));
    const port = await listen(server, '127.0.0.1', 0);
    simulator.webhooks.sendTo({ url: `http://127.0.0.1:${port}/`, secret: 'a shared secret' });
    onTestFinished(() => simulator.webhooks.sendTo(null));
    return heard;
  }

  it('tell what changed, signed over the time and the body', async () => {
    const heard = await listener([]);
    await command('permissions emp-101 add report:create');
    await command('ppap MAT-002 REJECTED');
    await expect.poll(() => heard.length).toBe(2);
    const bodies = heard.map(({ body }) => JSON.parse(body) as { event: string });
    expect(bodies).toContainEqual({
      event: 'permissions.changed',
      tenant_id: 'tenant-001',
      occurred_at: expect.any(String),
      data: { user_id: 'emp-101' },
    });
    expect(bodies.map(({ event }) => event).sort()).toEqual(['permissions.changed', 'ppap.changed']);
    for (const { headers, body } of heard) {
      const timestamp = headers['x-luaguage-timestamp'] as string;
      expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
      expect(headers['x-luaguage-signature']).toBe(signatureOf('a shared secret', timestamp, body));
      expect(headers['x-luaguage-signature']).not.toBe(signatureOf('another secret', timestamp, body));
    }
  });

  it('are sent again, as the same delivery, to a listener that stumbled', async () => {
    const heard = await listener([500]);
    await command('bom PROD-DRUM V2.0');
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(2);
    expect(heard[1]!.headers['x-luaguage-delivery']).toBe(heard[0]!.headers['x-luaguage-delivery']);
  });
});
