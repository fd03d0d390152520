import { describe, expect, it } from 'vitest';
import { stationEvent } from './effects-for-tests.ts';
import { describeError, isPermanentFailure, permanentFailure, readEvent, topicMatches } from './transport.ts';

describe('topic patterns', () => {
  it.each([
    ['mes.station.defined.v1', 'mes.station.defined.v1', true],
    ['mes.station.defined.v1', 'mes.station.defined.v2', false],
    ['mes.*.defined.v1', 'mes.station.defined.v1', true],
    ['mes.*', 'mes.station.defined.v1', false],
    ['mes.#', 'mes.station.defined.v1', true],
    ['mes.#', 'mes', true],
    ['#', 'anything.at.all', true],
    ['#.v1', 'mes.station.defined.v1', true],
    ['#.v1', 'mes.station.defined.v2', false],
    ['mes.#.v1', 'mes.v1', true],
    ['*', 'mes.station', false],
  ])('%s takes %s: %s', (pattern, routingKey, taken) => {
    expect(topicMatches(pattern, routingKey)).toBe(taken);
  });
});

describe('reading an event', () => {
  const { routingKey, envelope } = stationEvent('S1', 'a');

  it('takes a field that a newer publisher added', () => {
    expect(readEvent(routingKey, { ...envelope, priority: 'high' })).toEqual(envelope);
  });

  it('takes a newer minor version', () => {
    expect(readEvent(routingKey, { ...envelope, version: '1.7' })).toMatchObject({ version: '1.7' });
  });

  it.each([
    ['of an unknown version', { version: '2.0' }],
    ['of another type', { event_type: 'WorkOrderCreated' }],
    ['without a tenant', { tenant_id: undefined }],
    ['with data that breaks the contract', { data: { station_id: 1 } }],
  ])('refuses one %s for good', (_what, change) => {
    const error = failureOf(() => readEvent(routingKey, { ...envelope, ...change }));
    expect(isPermanentFailure(error)).toBe(true);
    expect(describeError(error)).toContain('not a valid mes.station.defined.v1 event');
  });

  it('reads the envelope alone where the contract is not ours', () => {
    expect(readEvent('erp.invoice.paid.v1', { ...envelope, event_type: 'InvoicePaid' }).event_type).toBe('InvoicePaid');
  });
});

describe('a failure', () => {
  it('is permanent only when it says so', () => {
    expect(isPermanentFailure(permanentFailure('no such product'))).toBe(true);
    expect(isPermanentFailure(new Error('busy'))).toBe(false);
  });

  it('is described in what a table can hold', () => {
    expect(describeError(new Error('a\0b'))).toBe('Error: ab');
    expect(describeError(new Error('x'.repeat(10_000))).length).toBeLessThan(2_100);
    expect(describeError('plain')).toBe('plain');
  });
});

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
