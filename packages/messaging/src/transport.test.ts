import { isEvent } from '@enghub/event-contracts/envelope';
import { workOrderCostComputed as costV1 } from '@enghub/event-contracts/mes/work-order-cost-computed.v1';
import { workOrderCostComputed as costV2 } from '@enghub/event-contracts/mes/work-order-cost-computed.v2';
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

describe('an event with two versions', () => {
  const { envelope } = stationEvent('S1', 'a');
  const common = { work_order_id: 'wo-1', currency: 'CNY', rates_valid_from: '2026-01-01', rates_source: 'ERP' };
  const told = { ...common, version: 1, incomplete: false, computed_at: '2026-11-22T08:00:00Z' };
  const amounts = { material: '1', labour: '1', machine: '1', scrap: '0', total: '3' };
  const sums = { good_qty: '1', standard: amounts, actual: amounts, variance: '0' };
  const previous = { ...envelope, event_type: costV1.name, version: '1.0', data: { ...told, ...sums } };
  const current = { ...envelope, event_type: costV2.name, version: '2.0', data: told };

  it('is read in each, so that a consumer of both goes on while old and new publishers run side by side', () => {
    const [one, other] = [readEvent(costV1.routingKey, previous), readEvent(costV2.routingKey, current)];
    expect([isEvent(costV1, one), isEvent(costV2, one)]).toEqual([true, false]);
    expect([isEvent(costV1, other), isEvent(costV2, other)]).toEqual([false, true]);
  });

  it('is read by no other version than its key says', () => {
    expect(() => readEvent(costV1.routingKey, current)).toThrow('not a valid');
    expect(() => readEvent(costV2.routingKey, previous)).toThrow('not a valid');
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
