import { expect, it } from 'vitest';
import { refusalIn, type RefusalMessages } from './refusal-messages.ts';

const messages: RefusalMessages<'OVER_LIMIT'> = {
  OVER_LIMIT: { en: 'At most {limit}, not {actual}.', 'zh-CN': '最多 {limit}，而不是 {actual}。' },
};

it('says the same in the language of the request, with the figures in place', () => {
  const details = { limit: '110', actual: '111' };
  expect(refusalIn('en', messages, 'OVER_LIMIT', details).message).toBe('At most 110, not 111.');
  expect(refusalIn('zh-CN', messages, 'OVER_LIMIT', details)).toEqual({
    code: 'OVER_LIMIT',
    message: '最多 110，而不是 111。',
  });
});
