import type { Mappers } from '@enghub/tooling/codegen';

/** GraphQL type → the domain state its resolvers receive. */
export const mappers: Mappers = {
  Inspection: '../inspections/rules.ts#Inspection as InspectionState',
  InspectionPlan: '../inspection-plans/rules.ts#InspectionPlan as InspectionPlanState',
};
