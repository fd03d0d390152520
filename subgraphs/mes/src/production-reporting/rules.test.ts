import { defectReportedData } from '@enghub/event-contracts/mes/defect-reported.v1';
import { productionReportedData } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { timeEventRecordedData } from '@enghub/event-contracts/mes/time-event-recorded.v1';
import { describe, expect, it } from 'vitest';
import { productionReportCorrectedData } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { correctionFacts, reportFacts, timeEventFact } from './fact-rules.ts';
import {
  nameRefusal,
  readWarning,
  refuseQuantities,
  refuseWork,
  type OperationFacts,
  type ProductionReport,
} from './rules.ts';

const now = new Date('2026-03-10T04:00:00Z');
const quantities = {
  goodQuantity: '1',
  scrapQuantity: '0',
  scrapReason: null,
  reworkQuantity: '0',
  sentBackQuantity: '0',
  sentBackTo: null,
};
const work = {
  operatorId: 'ID4932',
  startedAt: new Date('2026-03-10T01:00:00Z'),
  endedAt: new Date('2026-03-10T02:00:00Z'),
};

describe('quantities', () => {
  it.each([
    ['good pieces alone', {}],
    ['rework alone', { goodQuantity: '0', reworkQuantity: '0.0001' }],
    ['scrap with its reason', { goodQuantity: '0', scrapQuantity: '2', scrapReason: 'chatter marks' }],
    ['pieces sent back alone', { goodQuantity: '0', sentBackQuantity: '1', sentBackTo: 'op-1' }],
    ['a reason although nothing was scrapped', { scrapReason: 'for the record' }],
  ])('may be %s', (_case, change) => {
    expect(refuseQuantities({ ...quantities, ...change })).toBeNull();
  });

  it.each([
    ['good pieces below zero', { goodQuantity: '-0.0001' }, 'NEGATIVE_QUANTITY'],
    ['scrap below zero', { scrapQuantity: '-1' }, 'NEGATIVE_QUANTITY'],
    ['rework below zero', { reworkQuantity: '-1' }, 'NEGATIVE_QUANTITY'],
    ['pieces sent back to nowhere', { sentBackQuantity: '1' }, 'SENT_BACK_NEEDS_OPERATION'],
    ['nothing at all', { goodQuantity: '0.0' }, 'NOTHING_REPORTED'],
    ['scrap without a reason', { scrapQuantity: '1' }, 'SCRAP_NEEDS_REASON'],
    ['scrap with a blank reason', { scrapQuantity: '1', scrapReason: '  ' }, 'SCRAP_NEEDS_REASON'],
    [
      'scrap with a reason of 101 characters',
      { scrapQuantity: '1', scrapReason: 'x'.repeat(101) },
      'SCRAP_NEEDS_REASON',
    ],
  ])('may not be %s', (_case, change, refusal) => {
    expect(refuseQuantities({ ...quantities, ...change })).toBe(refusal);
  });
});

describe('work', () => {
  it.each([
    ['that has no known start', { startedAt: null }],
    ['that took no time', { startedAt: work.endedAt }],
    ['that took seven days', { startedAt: new Date('2026-03-03T02:00:00Z') }],
    ['whose clock is five minutes fast', { endedAt: new Date('2026-03-10T04:05:00Z') }],
    ['of twenty years ago', { startedAt: null, endedAt: new Date('2006-03-10T04:00:00Z') }],
  ])('may be work %s', (_case, change) => {
    expect(refuseWork({ ...work, ...change }, now)).toBeNull();
  });

  it.each([
    ['that ends before it starts', { startedAt: new Date('2026-03-10T02:00:00.001Z') }, 'BAD_INTERVAL'],
    ['that took longer than seven days', { startedAt: new Date('2026-03-03T01:59:59.999Z') }, 'BAD_INTERVAL'],
    ['that ends in the future', { endedAt: new Date('2026-03-10T04:05:00.001Z') }, 'IN_THE_FUTURE'],
    ['that is older than twenty years', { startedAt: null, endedAt: new Date('2006-03-10T03:59:59.999Z') }, 'TOO_OLD'],
    ['of nobody', { operatorId: ' ' }, 'BAD_OPERATOR'],
  ])('may not be work %s', (_case, change, refusal) => {
    expect(refuseWork({ ...work, ...change }, now)).toBe(refusal);
  });
});

describe('the reason of a refusal', () => {
  it.each([
    ['an order that is held', { check: 'ORDER', status: 'HELD' }, { code: 'ORDER_ON_HOLD' }],
    ['an order that is planned', { check: 'ORDER', status: 'PLANNED' }, { code: 'ORDER_NOT_IN_PROGRESS' }],
    ['an order that is completed', { check: 'ORDER', status: 'COMPLETED' }, { code: 'ORDER_NOT_IN_PROGRESS' }],
    ['a closed order that is corrected', { check: 'BOOKS', status: 'CLOSED' }, { code: 'BOOKS_CLOSED' }],
    ['a finished operation', { check: 'OPERATION', status: 'FINISHED' }, { code: 'OPERATION_FINISHED' }],
    ['a skipped operation', { check: 'OPERATION', status: 'SKIPPED' }, { code: 'OPERATION_SKIPPED' }],
    ['a wrong way back', { check: 'SENT_BACK', status: 'IN_PROGRESS' }, { code: 'WRONG_SENT_BACK_OPERATION' }],
    [
      'too many pieces, with both figures',
      { check: 'LIMIT', status: 'IN_PROGRESS', limit: '10.5000', actual: '11.0000' },
      { code: 'OVER_LIMIT', limit: '10.5', actual: '11' },
    ],
    [
      'more than was made before',
      { check: 'PREDECESSOR', status: 'IN_PROGRESS', limit: '1', actual: '2' },
      { code: 'MORE_THAN_PREDECESSOR', limit: '1', actual: '2' },
    ],
    [
      'pieces taken away that others have used',
      { check: 'SUCCESSOR', status: 'IN_PROGRESS', limit: '1', actual: '2' },
      { code: 'SUCCESSOR_USED_MORE', limit: '1', actual: '2' },
    ],
    [
      'a station that is full',
      { check: 'STATION', status: 'IN_PROGRESS', limit: '1', actual: '2' },
      { code: 'STATION_OVERLAP', limit: '1', actual: '2' },
    ],
  ] as const)('for %s', (_case, held, refusal) => {
    expect(nameRefusal(held)).toEqual(refusal);
  });

  it('of what is let pass is read with its figures', () => {
    expect(readWarning('OVER_CAPACITY 13.2 20')).toEqual({ code: 'OVER_CAPACITY', limit: '13.2', actual: '20' });
  });
});

const about: OperationFacts = {
  operationId: 'op-1',
  sequence: 10,
  name: 'Turning',
  stationId: 'st-1',
  runSecondsPerPiece: '90.5',
  workOrderId: 'wo-1',
  workOrderNumber: 'WO-1',
  productId: 'PROD-A001',
  unit: 'pcs',
  factoryId: 'factory-sh-01',
};
const report: ProductionReport = {
  ...quantities,
  ...work,
  id: 'rep-1',
  workOrderId: 'wo-1',
  operationId: 'op-1',
  stationId: 'st-1',
  reportedBy: 'emp-101',
  shiftDate: '2026-03-10',
  shift: 'day',
  recordedAt: now,
  counterFrom: null,
  counterTo: null,
  correctionOf: null,
  correctionReason: null,
  warnings: [],
};
const day = {
  shiftDate: '2026-03-10',
  name: 'day',
  startsAt: new Date('2026-03-10T00:00:00Z'),
  endsAt: new Date('2026-03-10T12:00:00Z'),
};

describe('the facts of a report', () => {
  it('say what was made, by whom, and in which shifts', () => {
    const [fact, ...defects] = reportFacts(report, about, [day]);
    const data = productionReportedData.parse(fact!.data);
    expect(defects).toEqual([]);
    expect(data).toMatchObject({ good_qty: '1', defect_qty: '0', defect_types: [], standard_run_seconds: '90.5' });
    expect(data).toMatchObject({ produced_by: 'ID4932', reported_by: 'emp-101', operation_sequence: 10 });
    expect(data.shift_occurrences).toEqual([
      {
        shift_date: '2026-03-10',
        shift: 'day',
        starts_at: '2026-03-10T00:00:00.000Z',
        ends_at: '2026-03-10T12:00:00.000Z',
      },
    ]);
  });

  it('name each fault with its disposition', () => {
    const bad = { ...report, scrapQuantity: '2', scrapReason: 'burr', reworkQuantity: '3' };
    const [fact, ...defects] = reportFacts(bad, about, [day]);
    expect(productionReportedData.parse(fact!.data).defect_types).toEqual(['burr']);
    expect(defects.map(({ data }) => defectReportedData.parse(data))).toMatchObject([
      { defect_type: 'burr', quantity: '2', disposition: 'SCRAP' },
      { defect_type: 'burr', quantity: '3', disposition: 'REWORK' },
    ]);
  });

  it('name rework without a reason by itself', () => {
    const [fact, defect] = reportFacts({ ...report, reworkQuantity: '1' }, about, [day]);
    expect(productionReportedData.parse(fact!.data).defect_types).toEqual(['REWORK']);
    expect(defectReportedData.parse(defect!.data)).toMatchObject({ defect_type: 'REWORK' });
  });
});

describe('the facts of a correction', () => {
  it('carry signed quantities, and the defects that they change', () => {
    const correction = { ...report, id: 'rep-2', goodQuantity: '-2', scrapQuantity: '2', scrapReason: 'burr' };
    const why = { correctionOf: 'rep-1', correctionReason: 'counted twice' };
    const facts = correctionFacts({ ...correction, ...why }, about, [day]);
    expect(facts).toHaveLength(1);
    expect(productionReportCorrectedData.parse(facts[0]!.data)).toMatchObject({
      report_id: 'rep-2',
      corrected_report_id: 'rep-1',
      good_qty: '-2',
      defect_qty: '2',
      defects: [{ defect_type: 'burr', disposition: 'SCRAP', quantity: '2' }],
      reason: 'counted twice',
    });
  });
});

it('the fact of a time event follows its contract', () => {
  const event = {
    ...report,
    id: 'te-1',
    kind: 'BREAK' as const,
    stationId: 'st-1',
    workOrderId: null,
    operationId: null,
  };
  const fact = timeEventFact({ ...event, startedAt: work.startedAt }, [day]);
  expect(timeEventRecordedData.parse(fact.data)).toMatchObject({ kind: 'BREAK', operator_id: 'ID4932', shift: 'day' });
});
