import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import { isGtin, toGtin14 } from '../gs1/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import { materialsAt } from './balance-store.ts';
import { once, type Outcome } from './once.ts';
import * as rules from './place-rules.ts';
import type { MaterialSettings, StockLocation } from './place-rules.ts';
import * as store from './place-store.ts';
import { forgetStock } from './reads.ts';

export type WarehouseInput = Readonly<{ requestId: string; factoryId: string; code: string; name: string }>;

type Defined = Readonly<{ factoryId: string }>;
type WarehouseOutcome = Outcome<Defined & Readonly<{ warehouseId: string }>>;

export async function defineWarehouse(input: WarehouseInput, context: Context): Promise<WarehouseOutcome> {
  const outcome = await once('defineWarehouse', input, context, async (tx) => {
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
    return accept({ factoryId, warehouseId: after.id });
  });
  if (outcome.ok) {
    const { factoryId, warehouseId } = outcome.state.answer;
    await forgetStock(context, factoryId, await materialsAt(context.db, { warehouseId }));
  }
  return outcome;
}

export type LocationInput = Readonly<{
  requestId: string;
  warehouseId: string;
  code: string;
  name: string;
  purpose: StockLocation['purpose'];
  lineCode?: string | null | undefined;
}>;

type LocationOutcome = Outcome<Defined & Readonly<{ locationId: string }>>;

export async function defineStockLocation(input: LocationInput, context: Context): Promise<LocationOutcome> {
  const outcome = await once('defineStockLocation', input, context, async (tx) => {
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
    return accept({ factoryId, locationId: after.id });
  });
  if (outcome.ok) {
    const { factoryId, locationId } = outcome.state.answer;
    await forgetStock(context, factoryId, await materialsAt(context.db, { locationId }));
  }
  return outcome;
}

export type MaterialInput = Omit<MaterialSettings, 'shelfLifeDays' | 'gtin'> &
  Readonly<{ requestId: string; shelfLifeDays?: number | null | undefined; gtin?: string | null | undefined }>;

export async function defineMaterialStock(input: MaterialInput, context: Context): Promise<Outcome<store.SettingsKey>> {
  const outcome = await once('defineMaterialStock', input, context, async (tx) => {
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
  if (outcome.ok) await forgetStock(context, outcome.state.answer.factoryId, [outcome.state.answer.materialId]);
  return outcome;
}
