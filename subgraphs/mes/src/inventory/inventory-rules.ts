/** What there is of a material, summed up over places and plants. Pure. */
import { Decimal } from 'decimal.js';
import type { StockLocation, Warehouse } from './place-rules.ts';

export type Figures = Readonly<{ onHand: string; reserved: string; available: string; quarantined: string }>;
export type LocationStock = Figures & Readonly<{ warehouse: Warehouse; location: StockLocation }>;

/** What one plant has of a material; survives JSON. */
export type PlantStock = Readonly<{ unit: string | null; byLocation: readonly LocationStock[] }>;

export type Inventory = Figures &
  PlantStock &
  Readonly<{ materialId: string; factoryIds: readonly string[]; asOf: Date; source: 'CACHE' | 'FRESH' }>;

export type Reading = Readonly<{ stock: PlantStock; asOf: Date; source: 'CACHE' | 'FRESH' }>;

/** Null where plants count the material in different units: their sum would mean nothing. */
export function sumUp(
  materialId: string,
  factoryIds: readonly string[],
  readings: readonly Reading[],
): Inventory | null {
  const byLocation = readings.flatMap(({ stock }) => stock.byLocation);
  const units = new Set(readings.filter(({ stock }) => stock.byLocation.length > 0).map(({ stock }) => stock.unit));
  if (units.size > 1) return null;
  const [unit = readings[0]?.stock.unit ?? null] = units;
  const total = (figure: keyof Figures) =>
    byLocation.reduce((sum, place) => sum.plus(place[figure]), new Decimal(0)).toFixed();
  return {
    materialId,
    factoryIds,
    unit,
    byLocation,
    onHand: total('onHand'),
    reserved: total('reserved'),
    available: total('available'),
    quarantined: total('quarantined'),
    asOf: readings.map(({ asOf }) => asOf).reduce((one, other) => (one < other ? one : other)),
    source: readings.every(({ source }) => source === 'CACHE') ? 'CACHE' : 'FRESH',
  };
}
