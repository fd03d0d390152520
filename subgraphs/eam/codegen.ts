import type { Mappers } from '@enghub/tooling/codegen';

/** GraphQL type → the domain state its resolvers receive. */
export const mappers: Mappers = {
  Equipment: '../equipment/rules.ts#Equipment as EquipmentState',
  Station: '../equipment/rules.ts#StationRef',
  Oee: '../oee/figures.ts#OeeFigures',
};
