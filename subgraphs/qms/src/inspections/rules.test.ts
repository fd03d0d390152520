import type { ProductionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { describe, expect, it } from 'vitest';
import { inspect, isDue, record, type Inspection } from './rules.ts';

const at = new Date('2026-01-05T06:00:00Z');
const report: ProductionReported = {
  report_id: 'report-1',
  work_order_id: 'order-1',
  work_order_number: '4711',
  operation_id: 'operation-1',
  operation_sequence: 20,
  operation_name: 'Turning',
  product_id: 'PROD-A001',
  good_qty: '40',
  defect_qty: '1',
  rework_qty: '0',
  unit: 'pcs',
  defect_types: ['scratch'],
  produced_by: 'emp-101',
  reported_by: 'emp-101',
  station_id: null,
  shift_date: '2026-01-05',
  shift: 'day',
  started_at: null,
  ended_at: '2026-01-05T05:59:00Z',
  report_time: '2026-01-05T05:59:00Z',
  standard_run_seconds: null,
  shift_occurrences: [],
};
const everyReport = { trigger: 'EVERY_REPORT', everyPieces: null } as const;
const every = (everyPieces: string) => ({ trigger: 'EVERY_N_PIECES', everyPieces }) as const;

describe('an inspection is due', () => {
  it.each([
    ['for each report, even one without good pieces', everyReport, '0', '0', true],
    ['when the pieces reach the first multiple', every('100'), '40', '100', true],
    ['when the pieces pass a multiple', every('100'), '40', '120', true],
    ['not while the pieces stay between two multiples', every('100'), '40', '90', false],
    ['not again by the report after a multiple', every('100'), '40', '140', false],
    ['not by a report without good pieces at a multiple', every('100'), '0', '100', false],
    ['when one report passes several multiples', every('100'), '350', '390', true],
    ['when fractions add up to the multiple', every('0.3'), '0.1', '0.3', true],
    ['not when fractions fall short of the multiple', every('0.3'), '0.1', '0.2999', false],
  ] as const)('%s', (_case, plan, reported, total, due) => {
    expect(isDue(plan, reported, total)).toBe(due);
  });

  it('once per multiple while reports are smaller than the interval', () => {
    const totals = Array.from({ length: 50 }, (_, index) => String((index + 1) * 7));
    expect(totals.filter((total) => isDue(every('25'), '7', total))).toHaveLength(14);
  });
});

describe('opening an inspection', () => {
  const made = { id: 'inspection-1', factoryId: 'factory-sh-01', at };

  it('numbers it by order, operation and count, and says so once', () => {
    const opened = inspect(report, everyReport, { goodQuantity: '40', inspectionCount: 2 }, made);
    expect(opened?.state).toMatchObject({
      number: '4711-20-3',
      type: 'IPQC',
      status: 'OPEN',
      productionReportId: 'report-1',
      createdAt: at,
      version: 1,
    });
    expect(opened?.events).toEqual([
      {
        inspection_id: 'inspection-1',
        number: '4711-20-3',
        kind: 'IPQC',
        work_order_id: 'order-1',
        operation_id: 'operation-1',
        product_id: 'PROD-A001',
        lot_quantity: '40',
        sample_size: null,
        at: '2026-01-05T06:00:00.000Z',
      },
    ]);
  });

  it('opens one when a report passes several multiples at once', () => {
    const opened = inspect(
      { ...report, good_qty: '350' },
      every('100'),
      { goodQuantity: '390', inspectionCount: 0 },
      made,
    );
    expect(opened?.events).toHaveLength(1);
  });

  it('opens none before it is due', () => {
    expect(inspect(report, every('100'), { goodQuantity: '40', inspectionCount: 0 }, made)).toBeNull();
  });
});

describe('recording an inspection', () => {
  const open = inspect(
    report,
    everyReport,
    { goodQuantity: '40', inspectionCount: 0 },
    { id: 'inspection-1', factoryId: 'factory-sh-01', at },
  )!.state;
  const good = { result: 'PASS', sampleSize: 5, defectiveCount: 0, note: null } as const;
  const by = { inspectorId: 'emp-201', at: new Date('2026-01-05T07:00:00Z') };

  it('ends it with what was found, and tells', () => {
    expect(record(open, { ...good, result: 'FAIL', defectiveCount: 2, note: 'burrs' }, by)).toMatchObject({
      ok: true,
      state: {
        status: 'COMPLETED',
        result: 'FAIL',
        sampleSize: 5,
        defectiveCount: 2,
        note: 'burrs',
        inspectorId: 'emp-201',
        completedAt: by.at,
      },
      events: [
        { result: 'FAILED', inspected_qty: '5', defect_qty: '2', by: 'emp-201', at: '2026-01-05T07:00:00.000Z' },
      ],
    });
  });

  it('lets a sample pass in spite of a defective piece', () => {
    expect(record(open, { ...good, defectiveCount: 1 }, by)).toMatchObject({
      ok: true,
      events: [{ result: 'PASSED' }],
    });
  });

  it.each([
    ['an inspection that was recorded before', { status: 'COMPLETED' }, {}, 'ALREADY_COMPLETED'],
    ['a sample of nothing', {}, { sampleSize: 0 }, 'BAD_COUNT'],
    ['fewer than no defective pieces', {}, { defectiveCount: -1 }, 'BAD_COUNT'],
    ['more defective pieces than the sample had', {}, { defectiveCount: 6 }, 'BAD_COUNT'],
    ['a failure that names no defective piece', {}, { result: 'FAIL' }, 'FAIL_NEEDS_DEFECTS'],
    ['a novel', {}, { note: 'x'.repeat(2_001) }, 'NOTE_TOO_LONG'],
  ] as const)('refuses %s', (_case, change: Partial<Inspection>, findings, refusal) => {
    expect(record({ ...open, ...change }, { ...good, ...findings }, by)).toEqual({ ok: false, refusal });
  });
});
