import type { WorkOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { describe, expect, it } from 'vitest';
import { explode, plan, type BomLine } from './rules.ts';

const line = (materialId: string, quantity: string, unit = 'pcs'): BomLine => ({ materialId, quantity, unit });
const netOf = (lines: readonly BomLine[], ordered: string, available?: string) =>
  explode(lines, ordered, available === undefined ? undefined : () => available).map((it) => it.netQuantity);

describe('exploding a bill of materials', () => {
  it('multiplies each line by the ordered quantity', () => {
    expect(explode([line('MAT-001', '2'), line('MAT-002', '0.35', 'kg')], '100')).toEqual([
      { materialId: 'MAT-001', grossQuantity: '200', availableQuantity: '0', netQuantity: '200', unit: 'pcs' },
      { materialId: 'MAT-002', grossQuantity: '35', availableQuantity: '0', netQuantity: '35', unit: 'kg' },
    ]);
  });

  it.each([
    ['loses nothing to binary fractions', [line('MAT-001', '0.1')], '3', ['0.3']],
    ['rounds up, so that the last piece is not short', [line('MAT-001', '0.3333')], '0.3333', ['0.1111']],
    ['does not round what is exact', [line('MAT-001', '0.25')], '0.5', ['0.125']],
    [
      'adds up the lines of one material',
      [line('MAT-001', '1'), line('MAT-002', '5'), line('MAT-001', '2')],
      '10',
      ['30', '50'],
    ],
    ['keeps units apart', [line('MAT-001', '1', 'm'), line('MAT-001', '2', 'kg')], '10', ['10', '20']],
    ['needs nothing for a by-product', [line('MAT-001', '1'), line('SWARF', '-0.2', 'kg')], '10', ['10']],
    ['needs nothing for a line without quantity', [line('MAT-001', '0')], '10', []],
    ['needs nothing for an empty BOM', [], '10', []],
  ])('%s', (_case, lines, ordered, net) => {
    expect(netOf(lines, ordered)).toEqual(net);
  });

  it.each([
    ['asks only for what stock does not cover', '30', '70'],
    ['asks for nothing when stock covers all', '100', '0'],
    ['never asks for less than nothing', '130', '0'],
  ])('%s', (_case, available, net) => {
    expect(netOf([line('MAT-001', '1')], '100', available)).toEqual([net]);
  });

  it('holds numbers that a float cannot', () => {
    expect(netOf([line('MAT-001', '0.0001')], '99999999999999.9999')).toEqual(['10000000000']);
  });
});

describe('planning an order', () => {
  const order: WorkOrderCreated = {
    work_order_id: 'order-1',
    number: '4711',
    product_id: 'PROD-A001',
    bom_version: null,
    quantity: '10',
    unit: 'pcs',
    due_date: null,
    created_by: 'emp-301',
  };
  const made = { id: 'run-1', factoryId: 'factory-sh-01', at: new Date('2026-01-05T06:00:00Z') };

  it('suggests what must be bought, and says so once', () => {
    const { state, events } = plan(order, { version: 'V2', lines: [line('MAT-001', '2'), line('MAT-002', '0')] }, made);
    expect(state).toMatchObject({ id: 'run-1', workOrderId: 'order-1', bomVersion: 'V2', createdAt: made.at });
    expect(events).toEqual([
      {
        mrp_run_id: 'run-1',
        work_order_id: 'order-1',
        suggestions: [{ material_id: 'MAT-001', required_qty: '20', unit: 'pcs' }],
      },
    ]);
  });

  it('requires nothing for a product that the ERP does not know', () => {
    expect(plan(order, null, made)).toMatchObject({
      state: { bomVersion: null, requirements: [] },
      events: [{ suggestions: [] }],
    });
  });
});
