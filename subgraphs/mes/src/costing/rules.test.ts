import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { defineRates, minorUnits, roundMoney, type CostRates } from './rate-rules.ts';
import { costOf, type CostFacts, type OperationFacts } from './rules.ts';

const rates: CostRates = {
  id: 'r-1',
  factoryId: 'f',
  validFrom: '2026-01-01',
  currency: 'EUR',
  source: 'Controlling 2026',
  definedBy: 'emp-001',
  definedAt: new Date('2026-01-01T00:00:00Z'),
  labourPerHour: '36',
  labourBySkill: [{ skill: 'welding', perHour: '54' }],
  machinePerHour: '18',
  machineByStation: [{ stationId: 'st-2', perHour: '72' }],
  materials: [
    { materialId: 'BAR', unit: 'kg', cost: '2.5' },
    { materialId: 'SCREW', unit: 'pcs', cost: '0.0333' },
  ],
};
const turning: OperationFacts = {
  id: 'op-1',
  sequence: 10,
  status: 'FINISHED',
  stationId: 'st-1',
  requiredSkills: [],
  goodQuantity: '10',
  scrapQuantity: '2',
  standardSetupSeconds: '600',
  standardRunSeconds: '1000',
  standardRunSecondsPerPiece: '100',
  actualSetupSeconds: '900',
  actualLabourSeconds: '1500',
  actualMachineSeconds: '1300',
};
const welding: OperationFacts = {
  ...turning,
  id: 'op-2',
  sequence: 20,
  stationId: 'st-2',
  requiredSkills: ['welding'],
  scrapQuantity: '0',
  standardSetupSeconds: null,
  standardRunSeconds: '500',
  standardRunSecondsPerPiece: '50',
  actualSetupSeconds: null,
  actualLabourSeconds: '600',
  actualMachineSeconds: '600',
};
const facts: CostFacts = {
  goodQuantity: '10',
  operations: [turning, welding],
  materials: [
    { operationId: 'op-1', materialId: 'BAR', quantityPerPiece: '0.4', unit: 'kg' },
    { operationId: 'op-2', materialId: 'SCREW', quantityPerPiece: '4', unit: 'pcs' },
  ],
  consumed: [
    { materialId: 'BAR', quantity: '5', unit: 'kg' },
    { materialId: 'SCREW', quantity: '41', unit: null },
  ],
};

describe('the cost of an order', () => {
  it('is, in an example computed by hand, this', () => {
    expect(costOf(facts, rates)).toEqual({
      currency: 'EUR',
      goodQuantity: '10',
      standard: {
        // 10 × (0.4 × 2.50 + 4 × 0.0333) = 10 × 1.1332
        material: '11.33',
        // (600 + 1000) s × 36/h + 500 s × 54/h = 16.00 + 7.50
        labour: '23.5',
        // 1600 s × 18/h + 500 s × 72/h = 8.00 + 10.00
        machine: '18',
        scrap: '0',
        total: '52.83',
      },
      actual: {
        // 5 × 2.50 + 41 × 0.0333 = 12.50 + 1.3653
        material: '13.87',
        // (900 + 1500) s × 36/h + 600 s × 54/h = 24.00 + 9.00
        labour: '33',
        // (900 + 1300) s × 18/h + 600 s × 72/h = 11.00 + 12.00
        machine: '23',
        // 2 pieces up to turning: 2 × (0.4 × 2.50 + 100 s × 54/h) = 2 × 2.50
        scrap: '5',
        total: '69.87',
      },
      variance: '17.04',
      standardPerPiece: '5.283',
      actualPerPiece: '6.987',
      materialIsEstimate: false,
      ratesSource: 'Controlling 2026',
      ratesValidFrom: '2026-01-01',
      missing: [],
    });
  });

  it('takes what the bill of materials says where no stock is kept, for scrapped pieces too', () => {
    const cost = costOf({ ...facts, consumed: null }, rates);
    // 12 × 0.4 × 2.50 + 10 × 4 × 0.0333 = 12.00 + 1.332
    expect(cost).toMatchObject({ actual: { material: '13.33' }, materialIsEstimate: true });
  });

  it('names what it does not know, and counts it as nothing', () => {
    const poor = {
      ...rates,
      labourPerHour: null,
      machinePerHour: null,
      materials: [{ materialId: 'BAR', unit: 'm', cost: '1' }],
    };
    const unknown = {
      ...turning,
      standardRunSeconds: null,
      actualSetupSeconds: null,
      actualLabourSeconds: null,
      actualMachineSeconds: null,
    };
    const cost = costOf({ ...facts, operations: [unknown, welding] }, poor);
    expect(cost.missing).toEqual([
      { kind: 'STANDARD_TIME', reference: 'op-1' },
      { kind: 'LABOUR_RATE', reference: 'op-1' },
      { kind: 'MACHINE_RATE', reference: 'st-1' },
      { kind: 'LABOUR_TIME', reference: 'op-1' },
      { kind: 'MACHINE_TIME', reference: 'op-1' },
      { kind: 'MATERIAL_UNIT', reference: 'BAR' },
      { kind: 'MATERIAL_COST', reference: 'SCREW' },
    ]);
    expect(cost.actual).toMatchObject({ material: '0', labour: '9', machine: '12', total: '21' });
  });

  it('has no cost per piece before the first good piece, and no set-up to expect', () => {
    const none = { ...facts, goodQuantity: '0', operations: [{ ...turning, standardRunSeconds: '0' }], consumed: [] };
    expect(costOf(none, rates)).toMatchObject({
      standard: { total: '0' },
      standardPerPiece: null,
      actualPerPiece: null,
    });
  });

  it('leaves skipped operations out', () => {
    const cost = costOf({ ...facts, operations: [{ ...turning, status: 'SKIPPED' }, welding] }, rates);
    expect(cost.standard).toMatchObject({ labour: '7.5', machine: '10' });
  });
});

describe('money', () => {
  it.each([
    ['EUR', '2.345', '2.35'],
    ['EUR', '-2.345', '-2.35'],
    ['EUR', '2.3449', '2.34'],
    ['JPY', '2.5', '3'],
    ['KWD', '2.3455', '2.346'],
  ])('in %s: %s is rounded to %s, halves away from zero', (currency, amount, shown) => {
    expect(roundMoney(new Decimal(amount), currency).toFixed()).toBe(shown);
  });

  it('has the places of ISO 4217', () => {
    expect(['CNY', 'JPY', 'BHD'].map(minorUnits)).toEqual([2, 0, 3]);
  });
});

describe('cost rates', () => {
  it.each([
    [{ currency: 'eur' }, 'BAD_CURRENCY'],
    [{ currency: 'ABC' }, 'BAD_CURRENCY'],
    [{ labourPerHour: '-1' }, 'BAD_RATE'],
    [{ materials: [{ materialId: 'BAR', unit: 'kg', cost: '-0.1' }] }, 'BAD_RATE'],
    [{ source: ' ' }, 'BAD_NAME'],
    [{ materials: [{ materialId: '', unit: 'kg', cost: '1' }] }, 'BAD_NAME'],
    [{ materials: [...rates.materials, ...rates.materials] }, 'GIVEN_TWICE'],
    [
      { materials: Array.from({ length: 5_001 }, (_, n) => ({ materialId: `M${n}`, unit: 'kg', cost: '1' })) },
      'TOO_MANY',
    ],
  ])('are refused with %j: %s', (change, refusal) => {
    expect(defineRates({ ...rates, ...change })).toEqual({ ok: false, refusal });
  });

  it('may leave out what a plant does not know', () => {
    expect(defineRates({ ...rates, labourPerHour: null, machinePerHour: null, materials: [] })).toMatchObject({
      ok: true,
    });
  });
});
