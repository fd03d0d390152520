import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readProcessConfig } from './run-subgraph.ts';

const enough = {
  MES_DATABASE_URL: 'postgresql://owner@db/enghub',
  RABBITMQ_URL: 'amqp://broker',
  GATEWAY_SIGNING_KEYS: 'k1:0123456789abcdef0123',
  LUAGUAGE_BRIDGE_SUBGRAPH_URL: 'http://bridge:4005/graphql',
};
const mes = { name: 'mes', defaultPort: 4001, asks: ['luaguage-bridge'] };

describe('the environment of a subgraph', () => {
  it('needs the places where processes meet, and has a default for the rest', () => {
    const config = readProcessConfig(mes, enough);
    expect(config).toMatchObject({ port: 4001, host: '127.0.0.1', databaseUrl: 'postgresql://owner@db/enghub' });
    expect(config.subgraphUrls.get('luaguage-bridge')).toBe('http://bridge:4005/graphql');
    expect(config.signingKeys.get('k1')).toBe('0123456789abcdef0123');
  });

  it('may name a replica to read from', () => {
    expect(readProcessConfig(mes, enough).readDatabaseUrl).toBeUndefined();
    const url = 'postgresql://replica/enghub';
    expect(readProcessConfig(mes, { ...enough, MES_READ_DATABASE_URL: url }).readDatabaseUrl).toBe(url);
    expect(() => readProcessConfig(mes, { ...enough, MES_READ_DATABASE_URL: 'replica' })).toThrow('MES_READ');
  });

  it('names every mistake at once', () => {
    const broken = { MES_PORT: 'http', MES_DATABASE_URL: '', GATEWAY_SIGNING_KEYS: 'short' };
    for (const name of ['MES_PORT', 'MES_DATABASE_URL', 'RABBITMQ_URL', 'GATEWAY_SIGNING_KEYS', 'LUAGUAGE_BRIDGE']) {
      expect(() => readProcessConfig(mes, broken)).toThrow(name);
    }
  });

  it('reads what a subgraph needs for itself', () => {
    const bridge = { name: 'mes', defaultPort: 4001, environment: { LUAGUAGE_URL: z.url() } };
    expect(() => readProcessConfig(bridge, enough)).toThrow('LUAGUAGE_URL');
    const config = readProcessConfig(bridge, { ...enough, LUAGUAGE_URL: 'http://erp' });
    expect(config.own.LUAGUAGE_URL).toBe('http://erp');
  });
});
