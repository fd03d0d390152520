import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('the configuration of the all-in-one', () => {
  it('needs nothing: everything is embedded', () => {
    const config = readConfig({}, '/plant');
    expect(config).toMatchObject({ port: 4000, rabbitMqUrl: null, luaguageUrl: null, identity: null });
    expect(Object.values(config.databaseUrls)).toEqual([null, null, null, null, null]);
    expect(config.dataDirectory).toBe('/plant/.enghub');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ RABBITMQ_URL: '', PORT: '' }, '/plant')).toMatchObject({ port: 4000, rabbitMqUrl: null });
  });

  it('names every mistake at once', () => {
    expect(() =>
      readConfig({ PORT: 'http', MES_DATABASE_URL: 'mysql://x', RABBITMQ_URL: 'redis://x' }, '/plant'),
    ).toThrow(/PORT[\s\S]*MES_DATABASE_URL[\s\S]*RABBITMQ_URL|MES_DATABASE_URL[\s\S]*RABBITMQ_URL[\s\S]*PORT/);
  });

  it('reads which plants have a vhost of their own, and refuses what cannot be read', () => {
    const read = (RABBITMQ_FACTORY_URLS: string) => readConfig({ RABBITMQ_FACTORY_URLS }, '/plant').factoryUrls;
    expect([...read('factory-sh-01=amqp://mq/sh')!]).toEqual([['factory-sh-01', 'amqp://mq/sh']]);
    expect(read('')).toBeUndefined();
    expect(() => read('factory-sh-01')).toThrow(/RABBITMQ_FACTORY_URLS|factory=amqp/);
  });

  it('does not hand out demo tokens in production unless that is meant', () => {
    expect(() => readConfig({ NODE_ENV: 'production' }, '/plant')).toThrow(/LUAGUAGE_URL/);
    expect(readConfig({}, '/plant').simulatorAllowed).toBe(true);
  });

  it('names every sample secret at once in production', () => {
    const samples = {
      NODE_ENV: 'production',
      LUAGUAGE_URL: 'https://erp.example',
      RABBITMQ_URL: 'amqp://guest:guest@mq',
      MES_DATABASE_URL: 'postgresql://postgres:secret@db/enghub',
      PORT: 'http',
    };
    expect(() => readConfig(samples, '/plant')).toThrow(/PORT[\s\S]*RABBITMQ_URL[\s\S]*MES_DATABASE_URL/);
  });

  it('does not take a real ERP together with demo tokens', () => {
    expect(() => readConfig({ LUAGUAGE_URL: 'https://erp.example' }, '/plant')).toThrow(/JWKS_URL/);
  });
});
