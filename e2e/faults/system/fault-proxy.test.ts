import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';

const closings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

/** A server that keeps what it is sent, the proxy before it, and a client of the proxy. */
async function line(): Promise<{ proxy: FaultProxy; client: Socket; arrived: () => string; ended: () => boolean }> {
  let text = '';
  let isEnded = false;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => (text += bytes.toString()));
    socket.on('end', () => (isEnded = true));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closings.push(() => new Promise((resolve) => server.close(resolve)));
  const proxy = await startFaultProxy({
    targets: [{ host: '127.0.0.1', port: (server.address() as AddressInfo).port }],
  });
  closings.push(() => proxy.close());
  const client = createConnection({ host: '127.0.0.1', port: proxy.port, noDelay: true });
  client.on('error', () => undefined);
  await new Promise<void>((resolve) => client.once('connect', resolve));
  closings.push(async () => client.destroy());
  const write = (bytes: string) => new Promise<void>((resolve) => client.write(bytes, () => resolve()));
  await write('0');
  await expect.poll(() => text).toBe('0');
  return { proxy, client, arrived: () => text, ended: () => isEnded };
}

describe('A line that is spoiled', () => {
  it('never brings bytes in another order than they were sent, when it is slow and then fast again', async () => {
    const { proxy, client, arrived } = await line();
    proxy.delay(150);
    client.write('1');
    await pause(50);
    client.write('2');
    await pause(50);
    proxy.pass();
    client.write('3');
    await pause(10);
    expect(arrived()).toBe('0');
    await expect.poll(arrived).toBe('0123');
    client.write('4');
    await expect.poll(arrived).toBe('01234');
  });

  it('brings what it had still to bring before it ends', async () => {
    const { proxy, client, arrived, ended } = await line();
    proxy.delay(100);
    client.write('1');
    await pause(20);
    client.end();
    await expect.poll(ended).toBe(true);
    expect(arrived()).toBe('01');
  });

  it('brings late what it swallowed', async () => {
    const { proxy, client, arrived } = await line();
    proxy.swallow();
    client.write('1');
    await pause(50);
    expect(arrived()).toBe('0');
    proxy.pass();
    await expect.poll(arrived).toBe('01');
  });

  it('breaks when it is refused', async () => {
    const { proxy, client } = await line();
    const broken = new Promise<void>((resolve) => client.once('close', () => resolve()));
    proxy.refuse();
    await broken;
    await expect.poll(() => proxy.connections()).toBe(0);
  });
});
