import { expect, it } from 'vitest';
import { nameCodes, productIdOf, slug } from './codes.ts';

it.each([
  ['Machine 4 - Turning & Milling', 'machine-4-turning-milling'],
  ['Machine 7- Laser Marking', 'machine-7-laser-marking'],
  ['  O-Ring ', 'o-ring'],
  ['4号 数控车床', '4号-数控车床'],
])('makes a code of %s', (name, code) => expect(slug(name)).toBe(code));

it('tells names apart that make the same code, whatever their order', () => {
  const codes = nameCodes(['Machine #1', 'Machine 1', '&']);
  expect(Object.fromEntries(codes)).toEqual({ 'Machine #1': 'machine-1', 'Machine 1': 'machine-1-2', '&': 'unnamed' });
  expect(nameCodes(['Machine 1', '&', 'Machine #1'])).toEqual(codes);
});

it('names a product as the ERP does', () => expect(productIdOf(slug('Cable Head'))).toBe('PROD-CABLE-HEAD'));
