import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { Gs1RefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<Gs1RefusalCode> = {
  EMPTY: { en: 'There is no data at position {position}.', 'zh-CN': '第 {position} 位没有数据。' },
  TOO_LONG: { en: 'A barcode has at most 1,000 characters.', 'zh-CN': '条码最多 1000 个字符。' },
  UNKNOWN_SYMBOLOGY: {
    en: 'The data does not begin with a GS1 symbology identifier.',
    'zh-CN': '数据不是以 GS1 符号标识符开头。',
  },
  UNKNOWN_AI: {
    en: 'There is no application identifier at position {position}.',
    'zh-CN': '第 {position} 位不是有效的应用标识符。',
  },
  VALUE_TOO_SHORT: {
    en: 'The value of ({ai}) at position {position} is too short.',
    'zh-CN': '第 {position} 位 ({ai}) 的值过短。',
  },
  VALUE_TOO_LONG: {
    en: 'The value of ({ai}) goes on at position {position}; perhaps a separator is missing.',
    'zh-CN': '({ai}) 的值在第 {position} 位超长，可能缺少分隔符。',
  },
  BAD_CHARACTER: {
    en: 'Position {position} has a character that ({ai}) does not allow.',
    'zh-CN': '第 {position} 位的字符不允许用于 ({ai})。',
  },
  BAD_CHECK_DIGIT: {
    en: 'The check digit of ({ai}) at position {position} is wrong.',
    'zh-CN': '第 {position} 位 ({ai}) 的校验码错误。',
  },
  BAD_DATE: {
    en: 'The value of ({ai}) at position {position} is no date.',
    'zh-CN': '第 {position} 位 ({ai}) 的值不是有效日期。',
  },
  BAD_VALUE: {
    en: 'The value of ({ai}) at position {position} cannot be.',
    'zh-CN': '第 {position} 位 ({ai}) 的值无效。',
  },
  AI_REPEATED: {
    en: '({ai}) comes twice with different values.',
    'zh-CN': '({ai}) 出现两次且值不同。',
  },
  NO_LOT: {
    en: 'The data names no GTIN (01) with a lot (10) or serial number (21), and no SSCC (00).',
    'zh-CN': '数据中没有 GTIN (01) 及批号 (10) 或序列号 (21)，也没有 SSCC (00)。',
  },
};
