import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { StationRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<StationRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  AREA_NOT_FOUND: { en: 'The plant has no area with this code.', 'zh-CN': '该工厂没有此代码的区域。' },
  STATION_NOT_FOUND: { en: 'There is no such station.', 'zh-CN': '工位不存在。' },
  LINE_NOT_FOUND: { en: 'The plant has no line with this code.', 'zh-CN': '该工厂没有此代码的生产线。' },
  UNKNOWN_TIME_ZONE: {
    en: 'The time zone must be an IANA name such as Asia/Shanghai.',
    'zh-CN': '时区必须是 IANA 名称，例如 Asia/Shanghai。',
  },
  BAD_NAME: { en: 'Codes and names have 1 to 100 characters.', 'zh-CN': '代码和名称须为 1 至 100 个字符。' },
  OUT_OF_RANGE: {
    en: 'Capacity must be at least 1 and the over-production allowance between 0 and 100 percent.',
    'zh-CN': '产能至少为 1，超产允许比例须在 0 到 100 之间。',
  },
};
