import { expect, it } from 'vitest';
import { productionProblems } from './production-settings.ts';

const good = {
  NODE_ENV: 'production',
  MES_DATABASE_URL: 'postgresql://mes:Kd8-vv3-Qp1-xx9@db/enghub',
  RABBITMQ_URL: 'amqp://mes:Lr4-aa7-Zt2-pp6@mq',
  GATEWAY_SIGNING_KEYS: 'a:9f1c2b7e4d6a8035c1e2f49b7d60a85c',
  JWT_ISSUER: 'https://login.plant.example',
  LUAGUAGE_WEBHOOK_SECRET: 'Wm5-cc0-Yh8-ee2-Un3',
  ENGHUB_ENCRYPTION_KEYS: 'a:Kd8vv3Qp1xx9Lr4aa7Zt2pp6Wm5cc0Yh8ee2Un3ggA=',
};

it('has nothing to say about secrets that are secrets, nor about anything outside of production', () => {
  expect(productionProblems(good)).toEqual([]);
  // Who reads a replica is who reads its primary.
  expect(productionProblems({ ...good, MES_READ_DATABASE_URL: 'postgresql://replica/enghub' })).toEqual([]);
  expect(productionProblems({ ...good, NODE_ENV: 'development', RABBITMQ_URL: 'amqp://guest:guest@mq' })).toEqual([]);
});

it.each([
  ['MES_DATABASE_URL', 'postgresql://mes@db/enghub'],
  ['LUAGUAGE_BRIDGE_DATABASE_URL', 'postgresql://postgres:secret@127.0.0.1/enghub'],
  ['MES_DATABASE_URL', 'postgresql://postgres:enghub-sample@db/enghub'],
  ['RABBITMQ_URL', 'amqp://guest:guest@mq'],
  ['RABBITMQ_FACTORY_URLS', 'factory-sh-01=amqp://mes:Lr4-aa7-Zt2-pp6@mq/sh,factory-bj-01=amqp://guest:guest@mq/bj'],
  ['RABBITMQ_URL', 'amqp://mq'],
  ['RABBITMQ_URL', 'amqp://mes:guest@mq'],
  ['RABBITMQ_URL', 'amqp://enghub:enghub-sample@mq'],
  ['GATEWAY_SIGNING_KEYS', '2026-01:0123456789abcdef0123456789abcdef'],
  ['GATEWAY_SIGNING_KEYS', 'sample:change-me-change-me-change-me'],
  ['GATEWAY_SIGNING_KEYS', 'a:9f1c2b7e4d6a8035c1e2f49b7d60a85c,b:a-short-one-of-20-ch'],
  ['GATEWAY_SIGNING_KEYS', 'a:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
  ['DATABASE_ROLE_SECRET', 'secret'],
  ['DOCUMENTS_SIGNING_SECRET', 'change-me-change-me-change-me-change-me'],
  ['DOCUMENTS_SIGNING_SECRET', 'a-short-one-of-20-ch'],
  ['DOCUMENTS_S3_SECRET_ACCESS_KEY', 'example'],
  ['LUAGUAGE_WEBHOOK_SECRET', 'change-me'],
  ['ENGHUB_ENCRYPTION_KEYS', 'sample:Kd8vv3Qp1xx9Lr4aa7Zt2pp6Wm5cc0Yh8ee2Un3ggA='],
  [
    'ENGHUB_ENCRYPTION_KEYS',
    'a:Kd8vv3Qp1xx9Lr4aa7Zt2pp6Wm5cc0Yh8ee2Un3ggA=,b:Y2hhbmdlLW1lLWNoYW5nZS1tZS1jaGFuZ2UtbWUtMzI=',
  ],
  ['DEMO_TOKENS_URL', 'http://127.0.0.1:4010/token'],
  ['JWT_ISSUER', 'urn:enghub:luaguage-simulator'],
])('refuses %s=%s in production, without saying the secret', (name, value) => {
  const problems = productionProblems({ ...good, [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name}: `));
  expect(problems[0]).not.toMatch(/0123456789abcdef|change-me|Y2hhbmdl|Kd8vv3|enghub-sample|a-short-one|aaaa/);
});

it('lets a demonstration be one where somebody says that it is meant', () => {
  const meant = { LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION: 'true', RABBITMQ_URL: 'amqp://guest:guest@mq' };
  expect(productionProblems({ ...good, ...meant })).toEqual([]);
});
