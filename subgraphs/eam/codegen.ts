import type { Mappers } from '@enghub/tooling/codegen';

/** GraphQL type → the domain state its resolvers receive (`'../orders/rules.ts#Order as OrderState'`). */
export const mappers: Mappers = {};
