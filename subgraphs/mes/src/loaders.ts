import type { BaseContext } from '@enghub/subgraph-kit/context';
import { isId } from '@enghub/subgraph-kit/ids';
import DataLoader from 'dataloader';
import { receiptsOf } from './completion/receipt-store.ts';
import { findLatest } from './completion/store.ts';
import { findLatestCosts } from './costing/store.ts';
import type { Db } from './database.ts';
import { findDispatched } from './dispatching/store.ts';
import * as balances from './inventory/balance-store.ts';
import * as ledger from './inventory/ledger-store.ts';
import * as places from './inventory/place-store.ts';
import type { PlantStock } from './inventory/inventory-rules.ts';
import { stockKey } from './inventory/reads.ts';
import * as reservations from './inventory/reservation-store.ts';
import { labourOfOrders } from './labour/commands.ts';
import * as labour from './labour/store.ts';
import * as lotActivities from './lots/activity-store.ts';
import * as lots from './lots/store.ts';
import * as policies from './plant-policies/store.ts';
import * as processing from './processing/store.ts';
import { findAwaiting } from './production-reporting/awaiting-store.ts';
import * as operationChanges from './operation-changes/store.ts';
import * as reports from './production-reporting/store.ts';
import * as conflicts from './report-conflicts/store.ts';
import * as routings from './routings/store.ts';
import * as shifts from './shifts/store.ts';
import * as capacities from './station-capacity/store.ts';
import * as stations from './stations/store.ts';
import { isLabel } from './text-rules.ts';
import type { TimePage } from './time-cursor.ts';
import * as orderOperations from './work-orders/operation-store.ts';
import * as orders from './work-orders/store.ts';

/** One set per request: what one request asks for by id is read in one query. */
export type Loaders = ReturnType<typeof createLoaders>;

export const createLoaders = ({ db, now, vault }: Pick<BaseContext<Db>, 'db' | 'now' | 'vault'>) => ({
  factory: one(isLabel, stations.findFactories, db, (factory) => factory.id),
  line: one(isId, stations.findLines, db, (line) => line.id),
  station: one(isId, stations.findStations, db, (station) => station.id),
  linesOf: listOf(stations.findLinesOf, db, (line) => line.factoryId),
  area: one(isId, stations.findAreas, db, (area) => area.id),
  areasOf: listOf(stations.findAreasOf, db, (area) => area.factoryId),
  linesOfArea: listOf(stations.findLinesOfAreas, db, (line) => line.areaId!),
  stationsOfLine: listOf(stations.findStationsOfLines, db, (station) => station.lineId!),
  capacityRulesOf: listOf(capacities.findRules, db, (rule) => rule.stationId),
  stationsOf: listOf(stations.findStationsOf, db, (station) => station.factoryId),
  calendar: one(isLabel, shifts.findCalendars, db, (calendar) => calendar.factoryId),
  policies: one(isLabel, policies.findDecided, db, ({ factoryId }) => factoryId),
  routing: one(isId, routings.findRoutings, db, (routing) => routing.id),
  routingOperations: listOf(routings.findOperationsOf, db, (operation) => operation.routingId),
  workOrder: one(isId, orders.findOrders, db, (order) => order.id),
  childrenOf: listOf(orders.findChildren, db, (order) => order.parentId!),
  policiesOf: one(isId, orders.findPoliciesOf, db, (order) => order.workOrderId),
  operation: one(isId, orderOperations.findOperations, db, (operation) => operation.id),
  operationsOf: listOf(orderOperations.findOperationsOf, db, (operation) => operation.workOrderId),
  operationChangesOf: listOf(operationChanges.findChangesOf, db, (change) => change.workOrderId),
  materialsOf: listOf(orderOperations.findMaterialsOf, db, (material) => material.workOrderId),
  processingOfReport: one(isId, processing.findOfReports, db, (known) => known.id),
  processingOfOrder: one(isId, processing.findOfOrders, db, (known) => known.id),
  report: one(isId, reports.findReports, db, (report) => report.id),
  dispatched: one(isId, findDispatched, db, (operation) => operation.id),
  job: one(isId, labour.findJobs, db, (job) => job.id),
  runningJobsOf: listOf(labour.findRunning, db, (job) => job.operationId),
  jobsOf: pagesOf(labour.pagesOfJobs, db, (job) => job.workOrderId),
  labourOf: asOf((now) =>
    listOf(
      (within, ids) => labourOfOrders(within, ids, now),
      db,
      (line) => line.workOrderId,
    ),
  ),
  correctionsOf: listOf(reports.findCorrections, db, (correction) => correction.correctionOf!),
  awaitingReport: one(isId, findAwaiting, db, (awaiting) => awaiting.id),
  conflictsOf: pagesOf(conflicts.pagesOfConflicts, db, (conflict) => conflict.workOrderId!),
  reportsOf: pagesOf(reports.pagesOfReports, db, (report) => report.workOrderId),
  completionReportOf: one(isId, findLatest, db, (report) => report.workOrderId),
  storedCostOf: one(
    isId,
    (within, ids) => findLatestCosts(within, vault, ids),
    db,
    (cost) => cost.workOrderId,
  ),
  finishedGoodsReceiptsOf: listOf(receiptsOf, db, (receipt) => receipt.workOrderId),
  lot: one(isId, lots.findLots, db, (lot) => lot.id),
  lotOnHand: one(isId, lotActivities.findOnHand, db, (lot) => lot.lotId),
  lotActivity: one(isId, lotActivities.findActivities, db, (activity) => activity.id),
  lotActivityLines: listOf(lotActivities.findLinesOf, db, (line) => line.activityId),
  warehouse: one(isId, places.findWarehouses, db, (warehouse) => warehouse.id),
  warehousesOf: listOf(places.findWarehousesOf, db, (warehouse) => warehouse.factoryId),
  location: one(isId, places.findLocations, db, (location) => location.id),
  locationsOf: listOf(places.findLocationsOf, db, (location) => location.warehouseId),
  ledgerEntry: one(isId, ledger.findEntries, db, (entry) => entry.id),
  entriesOf: listOf(ledger.entriesOf, db, (entry) => entry.movementId),
  reservationsOf: listOf(reservations.findReservationsOf, db, (reservation) => reservation.workOrderId),
  stock: stockOf(db, now),
});

type Find<Row> = (db: Db, ids: readonly string[]) => Promise<readonly Row[]>;

/** Loads by id; a malformed id, whoever sent it, is one that does not exist. */
function one<Row>(isWellFormed: (id: string) => boolean, find: Find<Row>, db: Db, keyOf: (row: Row) => string) {
  return new DataLoader<string, Row | null>(async (ids) => {
    const wellFormed = ids.filter(isWellFormed);
    const found = wellFormed.length > 0 ? await find(db, wellFormed) : [];
    const rows = new Map(found.map((row) => [keyOf(row), row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

function listOf<Row>(find: Find<Row>, db: Db, keyOf: (row: Row) => string) {
  return new DataLoader<string, readonly Row[]>(async (ids) => {
    const rows = new Map<string, Row[]>(ids.map((id) => [id, []]));
    for (const row of await find(db, ids)) rows.get(keyOf(row))?.push(row);
    return ids.map((id) => rows.get(id) ?? []);
  });
}

/** What depends on the clock is worked out for the first instant that the request names. */
function asOf<Loader>(make: (now: Date) => Loader): (now: Date) => Loader {
  let loader: Loader | undefined;
  return (now) => (loader ??= make(now));
}

/** Orders of one list ask for the same page of their reports: one query for all of them. */
function pagesOf<Row>(
  find: (db: Db, ids: readonly string[], page: TimePage) => Promise<readonly Row[]>,
  db: Db,
  keyOf: (row: Row) => string,
) {
  const loaders = new Map<string, DataLoader<string, readonly Row[]>>();
  return (page: TimePage) => {
    const key = JSON.stringify(page);
    const loader = loaders.get(key) ?? listOf((within, ids) => find(within, ids, page), db, keyOf);
    loaders.set(key, loader);
    return loader;
  };
}

/** Never remembered, not even for one request, which may move stock and ask for it again. */
function stockOf(db: Db, now: () => Date) {
  return new DataLoader<string, PlantStock | null>(
    async (keys) => {
      const asked = keys.map((key) => JSON.parse(key) as [string, string]);
      const wanted = asked.map(([factoryId, materialId]) => ({ factoryId, materialId }));
      const found = await balances.findStock(db, wanted, now());
      const stock = new Map(found.map((it) => [stockKey(it), it.stock]));
      return keys.map((key) => stock.get(key) ?? null);
    },
    { cache: false },
  );
}
