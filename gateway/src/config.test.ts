import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

const good = {
  RABBITMQ_URL: 'amqp://localhost',
  JWKS_URL: 'http://localhost:4010/.well-known/jwks.json',
  JWT_ISSUER: 'urn:issuer',
  GATEWAY_SIGNING_KEYS: 'k1:a-secret-of-some-length',
};

it('reads the environment, with defaults', () => {
  const read = readConfig({ ...good, LUAGUAGE_BRIDGE_SUBGRAPH_URL: 'http://bridge:4005/graphql', GATEWAY_PORT: '' });
  expect(read).toMatchObject({ ok: true, config: { host: '127.0.0.1', port: 4000, audience: 'enghub' } });
  expect(read.ok && [...read.config.subgraphUrls]).toEqual([['luaguage-bridge', 'http://bridge:4005/graphql']]);
});

it.each([
  [{ PORT: '5000' }, 5000],
  [{ PORT: '5000', GATEWAY_PORT: '6000' }, 6000],
])('listens where %j says', (ports, port) => {
  expect(readConfig({ ...good, ...ports })).toMatchObject({ config: { port } });
});

it('lists every mistake at once', () => {
  const read = readConfig({ GATEWAY_PORT: 'many', MES_SUBGRAPH_URL: 'nowhere', GATEWAY_SIGNING_KEYS: 'k1:short' });
  expect(read.ok).toBe(false);
  for (const name of [
    'GATEWAY_PORT',
    'RABBITMQ_URL',
    'JWKS_URL',
    'JWT_ISSUER',
    'GATEWAY_SIGNING_KEYS',
    'subgraphUrls',
  ]) {
    expect(!read.ok && read.problems).toContain(name);
  }
});

it('lists sample secrets beside other mistakes, in production', () => {
  const read = readConfig({
    ...good,
    NODE_ENV: 'production',
    RATE_BULK: 'many',
    RABBITMQ_URL: 'amqp://guest:guest@mq',
  });
  for (const name of ['RATE_BULK', 'RABBITMQ_URL', 'GATEWAY_SIGNING_KEYS']) {
    expect(!read.ok && read.problems).toContain(name);
  }
});
