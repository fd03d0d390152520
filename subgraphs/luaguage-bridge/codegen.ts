import type { Mappers } from '@enghub/tooling/codegen';

/** GraphQL type → the domain state its resolvers receive. */
export const mappers: Mappers = {
  Product: '../erp/answers.ts#ErpRef',
  Material: '../erp/answers.ts#ErpRef',
  Bom: '../erp/bill-of-materials.ts#BillOfMaterials',
  BomLine: '../erp/answers.ts#ErpBomLine',
  SalesOrder: '../sync/store.ts#KnownSalesOrder',
  SalesOrderLine: '../erp/sales-orders.ts#ErpSalesOrderLine',
  WorkOrder: '../sync/rules.ts#OrderRef',
  OrderFeedback: '../sync/store.ts#Feedback',
  SyncState: '../sync/rules.ts#Sync',
  Notification: '../notifications/store.ts#Notification as NotificationState',
  NotificationDelivery: '../notifications/store.ts#Delivery as DeliveryState',
  NotificationPreference: '../notifications/rules.ts#Preference as PreferenceState',
  NotificationInbox: '../notifications/resolvers.ts#Inbox as InboxState',
  Document: '../documents/store.ts#Document as DocumentState',
  DocumentVersion: '../documents/store.ts#Version as VersionState',
  User: '../loaders.ts#KnownUser',
};
