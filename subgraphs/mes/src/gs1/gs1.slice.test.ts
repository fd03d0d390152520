import { inChinese, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { erp, fieldOf } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Cases = {
  checkDigitValid: { value: string; valid: boolean }[];
  checkDigitCompute: { body: string; checkDigit: string }[];
  elementStrings: { in: string; out: [string, string][] }[];
  invalidElementStrings: { in: string }[];
};
const cases = JSON.parse(readFileSync(new URL('test-data/gs1.json', import.meta.url), 'utf8')) as Cases;

let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
});
afterAll(() => mes.stop());

const PARSE = `query($data: String!) { parseGs1(data: $data) {
  ... on Gs1ElementString { elements { ai title value decimal date } }
  ... on Gs1Refusal { code message position ai } } }`;
type Answer = { elements: { ai: string; value: string }[]; code?: string };
const parse = (data: string, claims = productionManager) =>
  fieldOf<Answer>(mes, PARSE, { data: data.replaceAll('<GS>', '\u001d') }, claims);

describe('GS1 identifiers through the graph', () => {
  it.each(cases.elementStrings)('reads $in', async ({ in: data, out }) => {
    const { elements } = await parse(data);
    expect(elements.map(({ ai, value }) => [ai, value])).toEqual(out);
  });

  it.each(cases.invalidElementStrings)('refuses $in', async ({ in: data }) => {
    expect((await parse(data)).code).toMatch(/^BAD_/);
  });

  it('tells numbers and days', async () => {
    const { elements } = await parse(']C13103000189' + '17290200');
    expect(elements).toEqual([
      { ai: '3103', title: 'NET WEIGHT (kg)', value: '000189', decimal: '0.189', date: null },
      { ai: '17', title: 'USE BY OR EXPIRY', value: '290200', decimal: null, date: '2029-02-28' },
    ]);
  });

  it('says in the language of the reader what is wrong', async () => {
    expect(await parse('0105412345000015', inChinese(productionManager))).toEqual({
      code: 'BAD_CHECK_DIGIT',
      message: '第 16 位 (01) 的校验码错误。',
      position: 16,
      ai: '01',
    });
  });

  it('checks and computes check digits', async () => {
    const query = `query($digits: String!) { gs1CheckDigit(digits: $digits) { valid next } }`;
    const ask = (digits: string) => fieldOf(mes, query, { digits });
    for (const { value, valid } of cases.checkDigitValid) expect(await ask(value)).toMatchObject({ valid });
    for (const { body, checkDigit } of cases.checkDigitCompute)
      expect(await ask(body)).toMatchObject({ next: checkDigit });
  });
});
