import { expect, it } from 'vitest';
import { allocateMaterials } from './release-rules.ts';

const operations = [
  { id: 'b', workOrderId: 'w', sequence: 20, materialIds: ['SCREW', 'PAINT'] },
  { id: 'a', workOrderId: 'w', sequence: 10, materialIds: [] },
  { id: 'c', workOrderId: 'w', sequence: 30, materialIds: ['PAINT'] },
];
const line = (materialId: string, quantity: string) => ({ materialId, quantity, unit: 'pcs' });

it('gives a material to the first operation that names it, the others to the first operation', () => {
  const found = allocateMaterials(operations, [line('STEEL', '1.5'), line('PAINT', '0.00015'), line('SCREW', '4')]);
  expect(
    found.map(({ materialId, operationId, quantityPerPiece }) => [materialId, operationId, quantityPerPiece]),
  ).toEqual([
    ['STEEL', 'a', '1.5'],
    ['PAINT', 'b', '0.0002'],
    ['SCREW', 'b', '4'],
  ]);
});

it('adds up lines of one material', () => {
  expect(allocateMaterials(operations, [line('STEEL', '1'), line('STEEL', '0.5')])).toMatchObject([
    { materialId: 'STEEL', quantityPerPiece: '1.5' },
  ]);
});
