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
  },

  Material: {
    __resolveReference: ({ id }, { loaders }) => loaders.material.load(id),
    name: async ({ id }, _, { loaders }) => (await loaders.material.load(id))?.name ?? null,
  },

  Bom: { product: ({ productId }) => ({ id: productId }) },
  BomLine: { material: ({ materialId }) => ({ id: materialId }) },
};
