import { describe, expect, it } from 'vitest';
import { define, mostSpecific, type InspectionPlan } from './rules.ts';

const plantWide: InspectionPlan = {
  id: 'plant',
  factoryId: 'factory-sh-01',
  operationName: null,
  productId: null,
  trigger: 'EVERY_REPORT',
  everyPieces: null,
};
const everyHundred: InspectionPlan = { ...plantWide, trigger: 'EVERY_N_PIECES', everyPieces: '100' };

describe('defining a plan', () => {
  it('takes an inspection for each report', () => {
    expect(define(plantWide)).toEqual({ ok: true, state: plantWide, events: [] });
  });

  it('takes an inspection every so many pieces', () => {
    expect(define({ ...everyHundred, operationName: 'Turning', productId: 'PROD-A001' })).toMatchObject({ ok: true });
  });

  it('forgets an interval that the trigger has no use for', () => {
    expect(define({ ...plantWide, everyPieces: '5' })).toMatchObject({ ok: true, state: { everyPieces: null } });
  });

  it.each([
    ['no interval', { everyPieces: null }, 'BAD_INTERVAL'],
    ['an interval of nothing', { everyPieces: '0' }, 'BAD_INTERVAL'],
    ['a negative interval', { everyPieces: '-5' }, 'BAD_INTERVAL'],
    ['an operation without a name', { operationName: '  ' }, 'BAD_NAME'],
    ['an empty product', { productId: '' }, 'BAD_NAME'],
    ['a name that fills the screen', { operationName: 'x'.repeat(101) }, 'BAD_NAME'],
    ['a name that cannot be read', { operationName: 'Turn\u0000ing' }, 'BAD_NAME'],
  ] as const)('refuses %s', (_case, change, refusal) => {
    expect(define({ ...everyHundred, ...change })).toEqual({ ok: false, refusal });
  });
});

describe('the plan that applies', () => {
  const made = { operationName: 'Turning', productId: 'PROD-A001' };
  const product = { ...plantWide, id: 'product', productId: 'PROD-A001' };
  const operation = { ...plantWide, id: 'operation', operationName: 'Turning' };
  const both = { ...plantWide, id: 'both', operationName: 'Turning', productId: 'PROD-A001' };

  it.each([
    ['none when the plant has no plan', [], undefined],
    ['the plant-wide one when nothing else fits', [plantWide], 'plant'],
    ['the product rather than the plant', [plantWide, product], 'product'],
    ['the operation rather than the product', [product, operation, plantWide], 'operation'],
    ['operation and product together before all', [operation, both, product, plantWide], 'both'],
    ['none made for another operation', [{ ...both, operationName: 'Milling' }], undefined],
    ['none made for another product', [{ ...both, productId: 'PROD-B002' }], undefined],
    ['names to the letter', [{ ...operation, operationName: 'turning' }], undefined],
  ] as const)('is %s', (_case, plans, id) => {
    expect(mostSpecific(plans, made)?.id).toBe(id);
  });
});
