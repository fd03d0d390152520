import { describe, expect, it } from 'vitest';
import { readFactoryUrls } from './factory-urls.ts';

describe('the vhosts of plants', () => {
  it('are read by plant', () => {
    const text = 'factory-sh-01=amqp://mes:pw@mq/sh?heartbeat=5, factory-bj-01=amqps://mq-bj/bj';
    expect([...readFactoryUrls(text)]).toEqual([
      ['factory-sh-01', 'amqp://mes:pw@mq/sh?heartbeat=5'],
      ['factory-bj-01', 'amqps://mq-bj/bj'],
    ]);
    expect(readFactoryUrls('').size).toBe(0);
  });

  it.each([
    ['factory-sh-01', 'factory=amqp'],
    ['=amqp://mq/sh', 'factory=amqp'],
    ['factory-sh-01=http://mq/sh', 'factory=amqp'],
    ['a=amqp://mq/1,a=amqp://mq/2', 'names a twice'],
  ])('are refused as %s', (text, words) => {
    expect(() => readFactoryUrls(text)).toThrow(words);
  });
});
