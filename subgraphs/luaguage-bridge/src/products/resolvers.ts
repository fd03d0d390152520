import { bomAnswerKey } from '../erp/answer-keys.ts';
import type { Resolvers } from '../generated/graphql.ts';

export const resolvers: Resolvers = {
  Query: {
    product: (_, { id }, { loaders }) => loaders.product.load(id),
    billOfMaterials: (_, { productId, version }, { loaders }) =>
      loaders.bom.load({ productId, version: version ?? null }),
  },

  Product: {
    __resolveReference: ({ id }, { loaders }) => loaders.product.load(id),
    name: async ({ id }, _, { loaders }) => (await loaders.product.load(id))?.name ?? null,
    bom: async ({ id }, { version }, { loaders }) =>
      (await loaders.bom.load({ productId: id, version: version ?? null })).bom,
    sync: ({ id }, _, { loaders }) => loaders.answerSync.load({ kind: 'PRODUCT', key: id }),
  },

  Material: {
    __resolveReference: ({ id }, { loaders }) => loaders.material.load(id),
    name: async ({ id }, _, { loaders }) => (await loaders.material.load(id))?.name ?? null,
  },

  Bom: {
    product: ({ productId }) => ({ id: productId }),
    sync: ({ productId, version }, _, { loaders }) =>
      loaders.answerSync.load({ kind: 'BOM', key: bomAnswerKey(productId, version) }),
  },
  BomLine: { material: ({ materialId }) => ({ id: materialId }) },
};
