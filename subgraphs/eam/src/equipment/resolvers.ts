import { readPage } from '@enghub/subgraph-kit/pages';
import { refusalIn, type RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import { registerEquipment } from './commands.ts';
import type { EquipmentRefusal } from './rules.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    equipment: (_, { id }, { loaders }) => loaders.equipment.load(id),
    equipments: (_, { factoryId, first, after }, { db, claims }) => {
      const page = readPage({ first, after: after ?? null }, 1);
      return claims.factoryIds.includes(factoryId) ? store.page(db, factoryId, page) : null;
    },
  },

  Mutation: {
    registerEquipment: async (_, { input }, context) => {
      const decision = await registerEquipment(input, context);
      return decision.ok
        ? { __typename: 'RegisterEquipmentPayload', equipment: decision.state }
        : { __typename: 'EquipmentRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
    },
  },

  Equipment: {
    __resolveReference: ({ id }, { loaders }) => loaders.equipment.load(id),
    station: ({ stationId }) => ({ id: stationId }),
  },

  Station: {
    equipment: ({ id }, _, { loaders }) => loaders.equipmentAtStation.load(id),
  },
};

const messages: RefusalMessages<EquipmentRefusal> = {
  STATION_NOT_FOUND: { en: 'There is no such station.', 'zh-CN': '工位不存在。' },
  CODE_TAKEN: {
    en: 'Another station of this plant has equipment with this code.',
    'zh-CN': '该工厂的其他工位已有使用此编码的设备。',
  },
  BAD_NAME: {
    en: 'Give a code and a name of 1 to 100 characters each.',
    'zh-CN': '编码和名称均须为 1 至 100 个字符。',
  },
};
