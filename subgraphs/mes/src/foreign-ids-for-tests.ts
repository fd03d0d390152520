/** Which inputs of a field name something of a plant, and which table that is in. */

/** Input or argument → the table whose ids it takes. */
const tables: Readonly<Record<string, string>> = {
  afterOperationId: 'work_order_operations',
  fromLocationId: 'stock_locations',
  jobId: 'jobs',
  lineId: 'production_lines',
  locationId: 'stock_locations',
  lotId: 'lots',
  operationId: 'work_order_operations',
  reportId: 'production_reports',
  sentBackToOperationId: 'work_order_operations',
  stationId: 'stations',
  toLocationId: 'stock_locations',
  toLotId: 'lots',
  warehouseId: 'warehouses',
  workOrderId: 'work_orders',
};

/** What `id` means depends on the field that it is given to. */
const tablesOfId: readonly (readonly [RegExp, string])[] = [
  [/Receipt/, 'finished_goods_receipts'],
  [/(workOrder|WorkOrder|BackOrder|ReworkOrder|addOperation|repeatOperation)/, 'work_orders'],
  [/[sS]tation/, 'stations'],
  [/[lL]ot/, 'lots'],
  [/Blocker$/, 'heard_blockers'],
  [/Qualification/, 'operator_qualifications'],
  [/Report$/, 'reports_awaiting_approval'],
  [/Exception/, 'calendar_exceptions'],
  [/routing/, 'routings'],
];

/** Ids that a plant only repeats: the ERP gives them out, the client makes them up, or they are a person's. Of
 * dead letters it is the keeper that knows their plants. */
export const notOurs = new Set([
  ...['requestId', 'counterId', 'customerId', 'materialId', 'materialIds', 'toMaterialId', 'productId', 'supplierId'],
  ...[
    'operatorId',
    'userId',
    'deadLetterId',
    'salesOrderId',
    'salesOrderLine',
    'externalId',
    'enterprise',
    'site',
    'reference',
  ],
]);

/** The table of an input named `name` of `field`; FACTORY for a plant itself, undefined for what is not ours. */
export function tableOf(field: string, name: string): string | undefined {
  if (name === 'factoryId' || (name === 'id' && /[fF]actory$/.test(field))) return 'FACTORY';
  if (name === 'entityId' || name === 'aggregateId') return 'work_orders';
  return name === 'id' ? tablesOfId.find(([pattern]) => pattern.test(field))?.[1] : tables[name];
}

/** Entities that are a plant's. */
export const entities: Readonly<Record<string, string>> = {
  Factory: 'FACTORY',
  Lot: 'lots',
  ProductionLine: 'production_lines',
  ProductionReport: 'production_reports',
  Routing: 'routings',
  Station: 'stations',
  StockLocation: 'stock_locations',
  StockMovement: 'stock_movements',
  Warehouse: 'warehouses',
  WorkOrder: 'work_orders',
  WorkOrderOperation: 'work_order_operations',
};
