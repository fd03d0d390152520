import type { MovementRefusal } from './movement-rules.ts';
import type { PlaceRefusal } from './place-rules.ts';

export type InventoryRefusal = Readonly<{
  code:
    | MovementRefusal
    | PlaceRefusal
    | 'BAD_REQUEST_ID'
    | 'REQUEST_ID_REUSED'
    | 'FACTORY_NOT_FOUND'
    | 'WAREHOUSE_NOT_FOUND'
    | 'LINE_NOT_FOUND'
    | 'LOCATION_NOT_FOUND'
    | 'NO_PRODUCTION_LOCATION'
    | 'ORDER_NOT_FOUND'
    | 'OPERATION_NOT_FOUND'
    | 'LOT_DIFFERS'
    | 'INSUFFICIENT_STOCK'
    | 'IN_USE';
  limit?: string;
  actual?: string;
}>;
