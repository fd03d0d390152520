import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import { isGtin, toGtin14 } from '../gs1/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import { once, type Outcome } from './once.ts';
import * as rules from './place-rules.ts';
import type { MaterialSettings, StockLocation } from './place-rules.ts';
import * as store from './place-store.ts';

export type WarehouseInput = Readonly<{ requestId: string; factoryId: string; code: string; name: string }>;

export const defineWarehouse = (input: WarehouseInput, context: Context): Promise<Outcome<{ warehouseId: string }>> =>
  once('defineWarehouse', input, context, async (tx) => {
    const { factoryId, code, name } = input;
    const { claims } = context;
    if (!claims.factoryIds.includes(factoryId) || !(await findFactory(tx, factoryId))) {
      return refuse({ code: 'FACTORY_NOT_FOUND' });
    }
    const known = isLabel(code) ? await store.findWarehouseByCode(tx, factoryId, code) : null;
    const decision = rules.defineWarehouse(known, { id: newId(), factoryId, code, name });
    if (!decision.ok) return refuse({ code: decision.refusal });
    const after = await store.saveWarehouse(tx, claims.tenantId, decision.state);
    const about = { command: 'defineWarehouse', factoryId, entity: 'Warehouse', entityId: after.id };
    await audit(tx, context, { ...about, before: known, after });
    return accept({ warehouseId: after.id });
  });

export type LocationInput = Readonly<{
  requestId: string;
  warehouseId: string;
  code: string;
  name: string;
  purpose: StockLocation['purpose'];
  lineCode?: string | null | undefined;
}>;

export const defineStockLocation = (input: LocationInput, context: Context): Promise<Outcome<{ locationId: string }>> =>
  once('defineStockLocation', input, context, async (tx) => {
    const { warehouseId, code, name, purpose, lineCode } = input;
    const [warehouse] = isId(warehouseId) ? await store.findWarehouses(tx, [warehouseId]) : [];
    if (!warehouse) return refuse({ code: 'WAREHOUSE_NOT_FOUND' });
    const { factoryId } = warehouse;
    const lineId = lineCode != null && isLabel(lineCode) ? await store.findLineId(tx, factoryId, lineCode) : null;
    if (lineCode != null && !lineId) return refuse({ code: 'LINE_NOT_FOUND' });
    const known = isLabel(code) ? await store.findLocationByCode(tx, warehouseId, code) : null;
    const wanted = { id: newId(), factoryId, warehouseId, code, name, purpose, lineId };
    const isUsed = known !== null && (await store.holdsStock(tx, { locationId: known.id }));
    const decision = rules.defineLocation(known, wanted, isUsed);
    if (!decision.ok) return refuse({ code: decision.refusal });
    const after = await store.saveLocation(tx, context.claims.tenantId, decision.state);
    const about = { command: 'defineStockLocation', factoryId, entity: 'StockLocation', entityId: after.id };
    await audit(tx, context, { ...about, before: known, after });
    return accept({ locationId: after.id });
  });

export type MaterialInput = Omit<MaterialSettings, 'shelfLifeDays' | 'gtin'> &
  Readonly<{ requestId: string; shelfLifeDays?: number | null | undefined; gtin?: string | null | undefined }>;

export const defineMaterialStock = (input: MaterialInput, context: Context): Promise<Outcome<store.SettingsKey>> =>
  once('defineMaterialStock', input, context, async (tx) => {
    const { factoryId, materialId, unit, tracking, issueMethod, shelfLifeDays = null } = input;
    const { claims } = context;
    if (!claims.factoryIds.includes(factoryId) || !(await findFactory(tx, factoryId))) {
      return refuse({ code: 'FACTORY_NOT_FOUND' });
    }
    if (input.gtin != null && !isGtin(input.gtin)) return refuse({ code: 'BAD_GTIN' });
    const gtin = input.gtin == null ? null : toGtin14(input.gtin);
    const key = { factoryId, materialId };
    const [known] = await store.findSettings(tx, [key]);
    const wanted = { factoryId, materialId, unit, tracking, issueMethod, shelfLifeDays, gtin };
    const isUsed = isLabel(materialId) && (await store.holdsStock(tx, key));
    const decision = rules.defineMaterial(known ?? null, wanted, isUsed);
    if (!decision.ok) return refuse({ code: decision.refusal });
    const after = await store.saveSettings(tx, claims.tenantId, decision.state);
    const about = { command: 'defineMaterialStock', factoryId, entity: 'MaterialStockSettings', entityId: materialId };
    await audit(tx, context, { ...about, before: known ?? null, after });
    return accept(key);
  });
