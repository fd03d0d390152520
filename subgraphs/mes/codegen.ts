import type { Mappers } from '@enghub/tooling/codegen';

/** GraphQL type → the domain state its resolvers receive (`'../orders/rules.ts#Order as OrderState'`). */
export const mappers: Mappers = {
  Factory: '../stations/rules.ts#Factory as FactoryState',
  ProductionLine: '../stations/rules.ts#ProductionLine as ProductionLineState',
  Station: '../stations/rules.ts#Station as StationState',
  ShiftPattern: '../shifts/rules.ts#ShiftPattern as ShiftPatternState',
  Shift: '../shifts/rules.ts#Shift as ShiftState',
  Routing: '../routings/rules.ts#Routing as RoutingState',
  RoutingOperation: '../routings/rules.ts#RoutingOperation as RoutingOperationState',
  WorkOrder: '../work-orders/rules.ts#WorkOrder as WorkOrderState',
  WorkOrderOperation: '../work-orders/rules.ts#Operation as OperationState',
  WorkOrderMaterial: '../work-orders/release-rules.ts#OrderMaterial as OrderMaterialState',
  ProductionReport: '../production-reporting/rules.ts#ProductionReport as ReportState',
  TimeEvent: '../production-reporting/rules.ts#TimeEvent as TimeEventState',
  Qualification: '../qualifications/rules.ts#Qualification as QualificationState',
  Blocker: '../readiness/rules.ts#Blocker as BlockerState',
  ShiftBoard: '../shift-board/commands.ts#StationBoard as StationBoardState',
  LineShiftBoard: '../shift-board/commands.ts#LineBoard as LineBoardState',
  UnexplainedTime: '../shift-board/hour-rules.ts#Unexplained as UnexplainedState',
  HandOverNote: '../hand-over-notes/rules.ts#HandOverNote as HandOverNoteState',
  ShiftBoardLine: '../shift-board/rules.ts#ShiftBoardLine as ShiftBoardLineState',
};
