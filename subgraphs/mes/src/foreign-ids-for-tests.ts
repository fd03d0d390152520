/** Which inputs of a field name something of a plant, and which table that is in. */
import {
  getNullableType,
  isInputObjectType,
  isListType,
  isScalarType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';
import type { Values } from './fields-for-tests.ts';

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
export function tableOf(field: string, name: string): string | 'FACTORY' | undefined {
  if (name === 'factoryId' || (name === 'id' && /[fF]actory$/.test(field))) return 'FACTORY';
  if (name === 'entityId' || name === 'aggregateId') return 'work_orders';
  return name === 'id' ? tablesOfId.find(([pattern]) => pattern.test(field))?.[1] : tables[name];
}

type Path = readonly (string | number)[];
export type IdLeaf = Readonly<{ name: string; path: Path }>;

/** Every place of these values where an id may stand, whether or not one does. */
export function idLeaves(
  fields: readonly (GraphQLArgument | GraphQLInputField)[],
  values: Values | undefined,
  path: Path = [],
): IdLeaf[] {
  return fields.flatMap(({ name, type }) => leavesOf(name, type, values?.[name], [...path, name]));
}

function leavesOf(name: string, type: GraphQLInputType, value: unknown, path: Path): IdLeaf[] {
  const bare = getNullableType(type);
  if (isScalarType(bare)) return bare.name === 'ID' ? [{ name, path }] : [];
  if (isListType(bare)) {
    const [first] = Array.isArray(value) ? (value as unknown[]) : [];
    return leavesOf(name, bare.ofType as GraphQLInputType, first, [...path, 0]);
  }
  return isInputObjectType(bare) ? idLeaves(Object.values(bare.getFields()), value as Values | undefined, path) : [];
}

/** The same values with another one at the path. */
export function withValue<Value>(values: Value, [key, ...rest]: Path, value: unknown): Value {
  if (key === undefined) return value as Value;
  if (typeof key === 'number') {
    const list = Array.isArray(values) ? [...(values as unknown[])] : [];
    list[key] = withValue(list[key], rest, value);
    return list as Value;
  }
  const record = (values ?? {}) as Record<string, unknown>;
  return { ...record, [key]: withValue(record[key], rest, value) } as Value;
}
