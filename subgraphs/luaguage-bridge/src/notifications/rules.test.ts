import type { Envelope } from '@enghub/event-contracts/envelope';
import { describe, expect, it } from 'vitest';
import { wordsFor } from './messages.ts';
import { afterFailure, allKinds, choose, joined, kinds, messageOf, occasionOf, type Parameters } from './rules.ts';

const event = (event_type: string, data: object): Envelope => ({
  event_id: '0199f3a0-7c1e-7d32-9a52-1d5c6a3b2f10',
  event_type,
  version: '1.0',
  timestamp: '2026-01-05T06:00:00.000Z',
  tenant_id: 'tenant-001',
  factory_id: 'factory-sh-01',
  source_service: 'mes',
  trace_id: 'trace-1',
  data,
});
const step = { work_order_id: 'wo-1', number: '4711', product_id: 'PROD-A001', quantity: '100', by: 'emp-001' };
const down = { downtime_id: 'd-1', equipment_id: 'e-1', equipment_code: 'M4', reason: 'spindle', by: 'emp-401' };
const created = { ...step, unit: 'pcs', due_date: null, created_by: 'emp-001' };
const completed = { ...step, good_qty: '95', scrap_qty: '5', rework_qty: '0' };
const defect = {
  ...{ work_order_id: 'wo-1', work_order_number: '4711', operation_id: 'op-1', operation_name: 'Turning' },
  ...{ defect_type: 'scratch', quantity: '2.5', produced_by: 'emp-101' },
};
const hold = { hold_id: 'h-1', reason: 'crack', by: 'emp-201' };

describe('what people are told of', () => {
  it.each([
    ['a new order', 'WorkOrderCreated', created, 'WORK_ORDER_CREATED', 'wo-1', 'emp-001'],
    [
      'an order on hold',
      'WorkOrderHeld',
      { ...step, cause: 'MATERIAL', note: null },
      'WORK_ORDER_HELD',
      'wo-1',
      'emp-001',
    ],
    ['a completed order', 'WorkOrderCompleted', completed, 'WORK_ORDER_COMPLETED', 'wo-1', 'emp-001'],
    ['a defect, by its operation', 'DefectReported', defect, 'DEFECT_REPORTED', 'op-1', 'emp-101'],
    [
      'a hold',
      'QualityHoldPlaced',
      { ...hold, subjects: [{ kind: 'LOT', id: 'l' }] },
      'QUALITY_HOLD_PLACED',
      'h-1',
      'emp-201',
    ],
    ['a breakdown', 'EquipmentDown', { ...down, planned: false }, 'EQUIPMENT_DOWN', 'd-1', 'emp-401'],
  ])('is %s', (_what, type, data, kind, subject, actorId) => {
    expect(occasionOf(event(type, data))).toMatchObject({ kind, subject, actorId });
  });

  it.each([
    ['DEGRADED', 'IntegrationDegraded', 'INTEGRATION_DEGRADED'],
    ['OK', 'IntegrationRecovered', 'INTEGRATION_RECOVERED'],
  ])('is that an interface of the ERP is %s', (state, type, kind) => {
    const data = { interface: 'BOM', state, since: '2026-01-05T06:00:00Z', last_error: null };
    expect(occasionOf({ ...event(type, data), factory_id: null })).toMatchObject({ kind, subject: 'BOM' });
  });

  it('is neither planned maintenance nor anything else', () => {
    expect(occasionOf(event('EquipmentDown', { ...down, planned: true }))).toBeNull();
    expect(occasionOf(event('StockMoved', {}))).toBeNull();
  });

  it('is addressed to somebody, whatever the kind', () => {
    for (const kind of allKinds) expect(kinds[kind].roles).not.toEqual([]);
  });

  it.each([
    ['95', '100', '95'],
    ['1', '3', '33.33'],
    ['0', '0', '0'],
  ])('says that %s of %s are %s percent', (good_qty, quantity, completionRate) => {
    const told = occasionOf(event('WorkOrderCompleted', { ...completed, good_qty, quantity }));
    expect(told?.parameters).toMatchObject({ completionRate });
  });
});

describe('a burst of defects', () => {
  const one = (quantity: string, ...defectTypes: string[]): Parameters => ({ quantity, defectTypes, number: '4711' });

  it('adds up, exactly, and names each fault once', () => {
    const all = joined(joined(one('0.1', 'burr'), one('0.2', 'scratch')), one('1000000000', 'burr'));
    expect(all).toEqual(one('1000000000.3', 'burr', 'scratch'));
  });

  it('names ten faults at most', () => {
    const types = Array.from({ length: 30 }, (_, n) => `fault ${n}`);
    expect(joined(one('1'), one('1', ...types))).toMatchObject({ defectTypes: types.slice(0, 10) });
  });
});

describe('the words', () => {
  const told = (type: string, data: object) => occasionOf(event(type, data))!;
  const words = (language: 'en' | 'zh-CN', type: string, data: object, count = 1) => {
    const { kind, parameters } = told(type, data);
    return wordsFor(language, kind, parameters, count);
  };

  it('are those of the reader', () => {
    expect(words('en', 'DefectReported', defect, 3)).toEqual({
      title: 'Defects on work order 4711',
      text: 'Turning: 2.5 with scratch, counted 3 ×.',
    });
    expect(words('zh-CN', 'DefectReported', defect, 3).title).toBe('工单 4711 出现不良品');
  });

  it('leave out what is not known', () => {
    expect(words('en', 'WorkOrderCreated', created).text).toBe('100 pcs of PROD-A001 are to be made.');
    const due = words('en', 'WorkOrderCreated', { ...created, due_date: '2026-02-01' });
    expect(due.text).toBe('100 pcs of PROD-A001 are to be made, due on 2026-02-01.');
  });

  it('take what people wrote as it stands, gaps and brackets included', () => {
    const odd = words('en', 'QualityHoldPlaced', { ...hold, reason: '[{hold}] $& {reason}', subjects: [{}] });
    expect(odd.text).toBe('[{hold}] $& {reason} (1 held)');
  });
});

describe('the message to the ERP', () => {
  it('of a completed order is as luaguage takes it', () => {
    const { kind, parameters } = occasionOf(event('WorkOrderCompleted', completed))!;
    expect(messageOf(kind, parameters)).toMatchObject({
      type: 'work_order_completed',
      data: { work_order_id: 'wo-1', work_order_number: '4711', completion_rate: 95 },
    });
  });
});

describe('a preference', () => {
  const of = (kind: (typeof allKinds)[number], inApp: boolean, viaLuaguage: boolean) => ({ kind, inApp, viaLuaguage });

  it('may switch off what is not critical, and leave critical things one way', () => {
    expect(choose([of('WORK_ORDER_CREATED', false, false), of('EQUIPMENT_DOWN', false, true)]).ok).toBe(true);
  });
  it('cannot silence what is critical', () => {
    expect(choose([of('EQUIPMENT_DOWN', false, false)])).toEqual({ ok: false, refusal: 'CRITICAL_NEEDS_A_WAY' });
  });
  it('is given once for each kind', () => {
    const twice = [of('WORK_ORDER_HELD', true, true), of('WORK_ORDER_HELD', true, false)];
    expect(choose(twice)).toEqual({ ok: false, refusal: 'KIND_TWICE' });
  });
});

describe('a message that the ERP did not take', () => {
  const raisedAt = new Date('2026-01-05T06:00:00Z');
  const after = (attempts: number, days = 0, isRefusal = false) => {
    const at = new Date(raisedAt.getTime() + days * 24 * 60 * 60_000);
    const { state, nextAttemptAt } = afterFailure({ attempts, raisedAt, at }, isRefusal);
    return { state, seconds: (nextAttemptAt.getTime() - at.getTime()) / 1_000 };
  };

  it('waits ever longer, and at most a quarter of an hour', () => {
    expect([1, 2, 3, 6, 500].map((attempts) => after(attempts).seconds)).toEqual([30, 60, 120, 900, 900]);
  });
  it('is given up after three days', () => {
    expect([after(9, 2.99).state, after(9, 3).state]).toEqual(['WAITING', 'GIVEN_UP']);
  });
  it('is not sent again when the ERP refused it', () => {
    expect(after(1, 0, true).state).toBe('REFUSED');
  });
});
