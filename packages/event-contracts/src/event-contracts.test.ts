import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allEvents, contractFor } from './all.ts';
import { isEvent, parseEvent } from './envelope.ts';
import { productionReported, type ProductionReported } from './mes/production-report-reported.v1.ts';
import { workOrderHeld } from './mes/work-order-held.v1.ts';
import { findDrift, schemaDirectory } from './write-json-schemas.ts';

const report: ProductionReported = {
  report_id: 'report-1',
  work_order_id: 'wo-1',
  work_order_number: 'WO-2026-0001',
  operation_id: 'op-1',
  operation_sequence: 10,
  operation_name: 'Turning',
  product_id: 'PROD-A001',
  good_qty: '95',
  defect_qty: '3.5',
  rework_qty: '0',
  unit: 'pcs',
  defect_types: ['SCRATCH'],
  produced_by: 'emp-101',
  reported_by: 'emp-101',
  station_id: null,
  shift_date: '2026-11-22',
  shift: 'NIGHT',
  started_at: null,
  ended_at: '2026-11-22T15:10:00.123Z',
  report_time: '2026-11-22T15:11:00+00:00',
  standard_run_seconds: '12.5',
  shift_occurrences: [
    { shift_date: '2026-11-22', shift: 'NIGHT', starts_at: '2026-11-22T14:00:00Z', ends_at: '2026-11-22T22:00:00Z' },
  ],
};

const event = {
  event_id: '0199f3a0-7c1e-7d32-9a52-1d5c6a3b2f10',
  event_type: 'ProductionReported',
  version: '1.0',
  timestamp: '2026-11-22T15:11:00.000Z',
  tenant_id: 'tenant-001',
  factory_id: 'factory-sh-01',
  source_service: 'mes',
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  data: report,
};

describe('an event', () => {
  it('is read as it was written', () => {
    expect(parseEvent(productionReported, event)).toEqual(event);
  });

  it('may carry fields that a newer publisher added, around the data and in it', () => {
    const newer = { ...event, version: '1.3', priority: 'high', data: { ...report, cavity: '4' } };
    expect(parseEvent(productionReported, newer)).toEqual({ ...event, version: '1.3' });
  });

  it('is told from the others by its type and version', () => {
    const read = parseEvent(productionReported, event);
    expect(isEvent(productionReported, read)).toBe(true);
    expect(isEvent(workOrderHeld, read)).toBe(false);
    expect(isEvent(productionReported, { ...read, version: '2.0' })).toBe(false);
  });

  it.each([
    ['a quantity that is a number', { data: { ...report, good_qty: 95 } }],
    ['a quantity with an exponent', { data: { ...report, good_qty: '1e3' } }],
    ['a negative quantity', { data: { ...report, good_qty: '-1' } }],
    ['an instant in local time', { data: { ...report, ended_at: '2026-11-22T23:10:00+08:00' } }],
    ['a day that does not exist', { data: { ...report, shift_date: '2026-02-30' } }],
    ['an id that is a number', { data: { ...report, work_order_id: 17 } }],
    ['no tenant', { tenant_id: undefined }],
    ['an event id that is no UUID', { event_id: 'report-1' }],
    ['another major version', { version: '2.0' }],
    ['another type', { event_type: 'DefectReported' }],
  ])('is refused with %s', (_what, change) => {
    expect(() => parseEvent(productionReported, { ...event, ...change })).toThrow();
  });
});

describe('the contracts', () => {
  it('name each routing key once: subgraph (or the events themselves), entity, past tense, version', () => {
    const keys = allEvents.map((contract) => contract.routingKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { routingKey, version } of allEvents) {
      expect(routingKey).toMatch(/^(mes|qms|pp|eam|luaguage-bridge|events)\.[a-z-]+\.[a-z-]+\.v\d+$/);
      expect(`v${version.split('.')[0]}`).toBe(routingKey.split('.').at(-1));
    }
  });

  it('keep every version before the latest, for what is still on its way or asked for again', () => {
    const keys = new Set(allEvents.map((contract) => contract.routingKey));
    const later = [...keys].filter((key) => !key.endsWith('.v1'));
    expect(later.length).toBeGreaterThan(0);
    for (const key of later) {
      expect(keys).toContain(key.replace(/\d+$/, (version) => String(Number(version) - 1)));
    }
  });

  it('are found by their routing key', () => {
    expect(contractFor('mes.production-report.reported.v1')).toBe(productionReported);
    expect(contractFor('mes.nothing.happened.v1')).toBeUndefined();
  });
});

describe('the published JSON Schemas', () => {
  it('are those of the contracts', async () => {
    expect(await findDrift()).toEqual([]);
  });

  it('are found out when one differs, is missing, or is left over', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'event-schemas-'));
    try {
      await cp(schemaDirectory, copy, { recursive: true });
      await writeFile(join(copy, 'mes.station.defined.v1.json'), '{}\n');
      await writeFile(join(copy, 'mes.station.removed.v1.json'), '{}\n');
      await rm(join(copy, 'envelope.v1.json'));
      expect((await findDrift(copy)).sort()).toEqual([
        'envelope.v1.json is missing',
        'mes.station.defined.v1.json differs from its contract',
        'mes.station.removed.v1.json is published but no longer defined',
      ]);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
