/** Where a plant keeps its stock, and how. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isLabel } from '../text-rules.ts';

export type Purpose = 'STORAGE' | 'PRODUCTION' | 'QUARANTINE' | 'SHIPPING' | 'SCRAP';
export type Tracking = 'NONE' | 'LOT' | 'SERIAL';
export type IssueMethod = 'BACKFLUSH' | 'MANUAL';

export type Warehouse = Readonly<{ id: string; factoryId: string; code: string; name: string }>;

export type StockLocation = Readonly<{
  id: string;
  factoryId: string;
  warehouseId: string;
  code: string;
  name: string;
  purpose: Purpose;
  lineId: string | null;
}>;

export type MaterialSettings = Readonly<{
  factoryId: string;
  materialId: string;
  unit: string;
  tracking: Tracking;
  issueMethod: IssueMethod;
  shelfLifeDays: number | null;
  gtin: string | null;
}>;

export type PlaceRefusal = 'BAD_NAME' | 'BAD_SHELF_LIFE' | 'BAD_GTIN' | 'IN_USE';

const MAX_SHELF_LIFE_DAYS = 36_500;

export function defineWarehouse(
  known: Warehouse | null,
  warehouse: Warehouse,
): Decision<Warehouse, never, PlaceRefusal> {
  if (!isLabel(warehouse.code) || !isLabel(warehouse.name)) return refuse('BAD_NAME');
  return accept(known ? { ...known, name: warehouse.name } : warehouse);
}

/** What stock at a place means hangs on its purpose, so that changes only while there is none. */
export function defineLocation(
  known: StockLocation | null,
  location: StockLocation,
  holdsStock: boolean,
): Decision<StockLocation, never, PlaceRefusal> {
  if (!isLabel(location.code) || !isLabel(location.name)) return refuse('BAD_NAME');
  if (known && known.purpose !== location.purpose && holdsStock) return refuse('IN_USE');
  return accept(known ? { ...location, id: known.id } : location);
}

/** Quantities and lots in the books mean what they meant when they were written. */
export function defineMaterial(
  known: MaterialSettings | null,
  settings: MaterialSettings,
  holdsStock: boolean,
): Decision<MaterialSettings, never, PlaceRefusal> {
  const { materialId, unit, shelfLifeDays } = settings;
  if (!isLabel(materialId) || !isLabel(unit)) return refuse('BAD_NAME');
  if (shelfLifeDays !== null && (shelfLifeDays < 1 || shelfLifeDays > MAX_SHELF_LIFE_DAYS)) {
    return refuse('BAD_SHELF_LIFE');
  }
  const means = ({ unit, tracking }: MaterialSettings) => `${tracking} ${unit}`;
  if (known && means(known) !== means(settings) && holdsStock) return refuse('IN_USE');
  return accept(settings);
}
