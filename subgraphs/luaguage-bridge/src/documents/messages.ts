import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { DocumentRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<DocumentRefusalCode> = {
  NOT_FOUND: { en: 'There is no such document.', 'zh-CN': '文档不存在。' },
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  STALE_VERSION: {
    en: 'Someone else changed this document. Reload it and try again.',
    'zh-CN': '该文档已被他人修改，请刷新后重试。',
  },
  ARCHIVED: { en: 'The document is archived.', 'zh-CN': '该文档已归档。' },
  REQUEST_ID_REUSED: { en: 'This request id was used for another request.', 'zh-CN': '该请求编号已用于其他请求。' },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  BAD_TITLE: { en: 'A title has 1 to 200 characters on one line.', 'zh-CN': '标题须为单行，1 至 200 个字符。' },
  BAD_FILE_NAME: {
    en: 'A file name has 1 to 200 characters, none of them invisible.',
    'zh-CN': '文件名须为 1 至 200 个字符，且不得包含不可见字符。',
  },
  CONTENT_TYPE_NOT_ALLOWED: {
    en: 'Files of this type are not taken. Send a PDF, an image, a drawing, an Office file or text.',
    'zh-CN': '不接受此类文件。请上传 PDF、图片、图纸、Office 文件或文本。',
  },
  EMPTY_FILE: { en: 'The file is empty.', 'zh-CN': '文件为空。' },
  TOO_LARGE: { en: 'A file may have at most {most} bytes.', 'zh-CN': '文件最大不得超过 {most} 字节。' },
  BAD_CHECKSUM: {
    en: 'The SHA-256 of a file has 64 hexadecimal digits.',
    'zh-CN': '文件的 SHA-256 校验值须为 64 位十六进制数字。',
  },
  TOO_MANY_SUBJECTS: { en: 'A document can be about at most 20 things.', 'zh-CN': '一个文档最多关联 20 个对象。' },
  BAD_SUBJECT: { en: 'There can be no such thing to link to.', 'zh-CN': '关联对象不存在。' },
  NO_PPAP: { en: 'The document is no part approval (PPAP).', 'zh-CN': '该文档不是生产件批准（PPAP）文件。' },
  NOT_SUBMITTABLE: {
    en: 'Only a draft or a rejected part approval can be submitted.',
    'zh-CN': '只有草稿或已驳回的生产件批准文件可以提交。',
  },
  NOT_SUBMITTED: {
    en: 'Only a part approval that was submitted can be decided on.',
    'zh-CN': '只能对已提交的生产件批准文件作出决定。',
  },
  REASON_MISSING: { en: 'Say why, or within which limits.', 'zh-CN': '请说明原因或批准的限制范围。' },
  BAD_REASON: { en: 'A reason has at most 1,000 characters.', 'zh-CN': '原因最多 1,000 个字符。' },
};
