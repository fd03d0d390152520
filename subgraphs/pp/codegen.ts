import type { Mappers } from '@enghub/tooling/codegen';

/** GraphQL type → the domain state its resolvers receive. */
export const mappers: Mappers = {
  MrpRun: '../material-requirements/rules.ts#MrpRun as MrpRunState',
  MaterialRequirement: '../material-requirements/rules.ts#MaterialRequirement as MaterialRequirementState',
};
