import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFINE_FACTORY, erp, fieldOf, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const factoryId = 'factory-sh-01';
const FIELDS = `version overproduction { mode percent quantity } predecessor stationOverlap occupiedStation
  materialShortage reportApproval negativeStock expiredLot lotNumber { assignedAt pattern }`;

let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  await setUpPlant(mes, { overproductionPercent: '5' });
});
afterAll(() => mes.stop());

const define = (change: Record<string, unknown>, claims = productionManager) =>
  fieldOf<{ policies: { version: number } }>(
    mes,
    `mutation($input: DefinePlantPoliciesInput!) { definePlantPolicies(input: $input) {
       ... on DefinePlantPoliciesPayload { policies { ${FIELDS} } } ... on PlantPolicyRefusal { code message } } }`,
    { input: { factoryId, ...change } },
    claims,
  );
const shown = () =>
  fieldOf<{ policies: object }>(mes, `query($id: ID!) { factory(id: $id) { policies { ${FIELDS} } } }`, {
    id: factoryId,
  });

const atFirst = {
  version: 0,
  overproduction: { mode: 'BLOCK', percent: '5', quantity: null },
  predecessor: 'BLOCK',
  stationOverlap: 'WARN',
  occupiedStation: 'WARN',
  materialShortage: 'BLOCK',
  reportApproval: 'NONE',
  negativeStock: 'BLOCK',
  expiredLot: 'BLOCK',
  lotNumber: null,
};

describe('the policies of a plant', () => {
  it('hold as described until they are changed, one by one', async () => {
    expect(await shown()).toEqual({ policies: atFirst });
    const lotNumber = { assignedAt: 'RELEASE', pattern: '{yyyy}{MM}{dd}-{seq:4}' };
    const changed = {
      ...atFirst,
      version: 1,
      overproduction: { mode: 'APPROVE', percent: '5', quantity: '3' },
      predecessor: 'WARN',
      lotNumber,
    };
    const change = { predecessor: 'WARN', overproduction: { mode: 'APPROVE', quantity: '3.0' }, lotNumber };
    expect(await define(change)).toEqual({ policies: changed });
    expect(await define(change)).toEqual({ policies: changed });
    expect(await define({ expiredLot: 'WARN' })).toEqual({
      policies: { ...changed, version: 2, expiredLot: 'WARN' },
    });
    expect(await define({ lotNumber: null, overproduction: { quantity: null } })).toMatchObject({
      policies: { overproduction: { mode: 'APPROVE', percent: '5', quantity: null }, lotNumber: null },
    });
  });

  it('show the percentage of the plant', async () => {
    const input = { id: factoryId, name: 'Shanghai', timeZone: 'Asia/Shanghai', overproductionPercent: '7.5' };
    await fieldOf(mes, DEFINE_FACTORY, { input });
    expect(await shown()).toMatchObject({ policies: { overproduction: { percent: '7.5' } } });
  });

  it('are in the audit trail with the old and the new, only when something changed', async () => {
    const trail = `SELECT before->>'stationOverlap' AS before, after->>'stationOverlap' AS after FROM mes.audit_entries
                    WHERE command = 'definePlantPolicies' ORDER BY id DESC`;
    await define({ stationOverlap: 'BLOCK' });
    const [last, ...earlier] = await mes.rows(trail);
    expect(last).toEqual({ before: 'WARN', after: 'BLOCK' });
    await define({ stationOverlap: 'BLOCK' });
    expect(await mes.rows(trail)).toHaveLength(earlier.length + 1);
  });

  it('are changed by one of two people who saw the same', async () => {
    const { version } = (await define({})).policies;
    const answers = await Promise.all(
      (['WARN', 'ALLOW'] as const).map((negativeStock) => define({ version, negativeStock })),
    );
    expect(answers.filter((answer) => 'policies' in answer)).toHaveLength(1);
    expect(answers.filter((answer) => 'code' in answer)).toMatchObject([{ code: 'STALE_VERSION' }]);
  });

  it.each([
    ['a quantity below zero', { overproduction: { quantity: '-1' } }, 'BAD_QUANTITY'],
    ['numbers that come twice', { lotNumber: { assignedAt: 'START', pattern: '{yyyy}' } }, 'BAD_LOT_PATTERN'],
    ['a pattern that no database holds', { lotNumber: { assignedAt: 'START', pattern: '\u0000' } }, 'BAD_LOT_PATTERN'],
    ['a version of the past', { version: 0, predecessor: 'ALLOW' }, 'STALE_VERSION'],
    ['a plant of somebody else', { factoryId: 'factory-sz-01' }, 'FACTORY_NOT_FOUND'],
  ])('refuse %s', async (_case, change, code) => expect(await define(change)).toMatchObject({ code }));

  it('refuse in the language of the user, and another tenant', async () => {
    const change = { overproduction: { quantity: '-1' } };
    expect(await define(change, inChinese(productionManager))).toMatchObject({ message: '数量不能小于零。' });
    expect(await define({}, otherTenant)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
  });
});
