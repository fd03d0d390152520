import { inChinese, operator, otherTenant, qualityEngineer } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { definition } from '../subgraph.ts';

let qms: TestSubgraph;
beforeAll(async () => {
  qms = await testSubgraph(definition);
});
afterAll(() => qms.stop());

const define = async (input: object, claims = qualityEngineer) => {
  const { data, errors } = await qms.ask(
    `mutation ($input: DefineInspectionPlanInput!) {
      defineInspectionPlan(input: $input) {
        ... on DefineInspectionPlanPayload {
          inspectionPlan { id factoryId operationName productId trigger everyPieces }
        }
        ... on InspectionPlanRefusal { code message }
      }
    }`,
    { input: { factoryId: 'factory-sh-01', trigger: 'EVERY_REPORT', ...input } },
    claims,
  );
  expect(errors).toBeUndefined();
  return data?.['defineInspectionPlan'] as { inspectionPlan?: { id: string }; code?: string; message?: string };
};

const plansOf = async (factoryId: string, claims = qualityEngineer) => {
  const { data } = await qms.ask(
    `query ($factoryId: ID!) { inspectionPlans(factoryId: $factoryId) { operationName productId trigger everyPieces } }`,
    { factoryId },
    claims,
  );
  return data?.['inspectionPlans'];
};

it('keeps one plan for each operation name and product, any of them included', async () => {
  const factoryId = 'factory-bj-01';
  const plantWide = await define({ factoryId });
  const again = await define({ factoryId, trigger: 'EVERY_N_PIECES', everyPieces: '50.50' });
  await define({ factoryId, operationName: 'Turning' });
  await define({
    factoryId,
    operationName: 'Turning',
    productId: 'PROD-A001',
    trigger: 'EVERY_N_PIECES',
    everyPieces: 5,
  });

  expect(again.inspectionPlan?.id).toBe(plantWide.inspectionPlan?.id);
  expect(await plansOf(factoryId)).toEqual([
    { operationName: null, productId: null, trigger: 'EVERY_N_PIECES', everyPieces: '50.5' },
    { operationName: 'Turning', productId: null, trigger: 'EVERY_REPORT', everyPieces: null },
    { operationName: 'Turning', productId: 'PROD-A001', trigger: 'EVERY_N_PIECES', everyPieces: '5' },
  ]);
});

it('keeps one plan when two people define it at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => define({ operationName: 'Milling', productId: 'PROD-B002' })),
  );
  expect(new Set(answers.map((answer) => answer.inspectionPlan?.id)).size).toBe(1);
});

it('refuses an interval of nothing, in the language of the user', async () => {
  const input = { trigger: 'EVERY_N_PIECES', everyPieces: '0' };
  expect(await define(input)).toEqual({
    code: 'BAD_INTERVAL',
    message: 'Say after how many pieces an inspection is due; the number must be above zero.',
  });
  expect(await define(input, inChinese(qualityEngineer))).toEqual({
    code: 'BAD_INTERVAL',
    message: '请填写每隔多少件检验一次，数量必须大于零。',
  });
});

it('refuses a name that the database could not keep', async () => {
  expect(await define({ operationName: 'Turn\u0000ing' })).toMatchObject({ code: 'BAD_NAME' });
});

it('has no plant for those who may not see it', async () => {
  expect(await define({ factoryId: 'factory-bj-01' }, operator)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
  expect(await define({ factoryId: 'factory-sh-01' }, otherTenant)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
  expect(await define({ factoryId: 'factory\u0000' })).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
  expect(await plansOf('factory-bj-01', operator)).toBeNull();
  expect(await plansOf('factory-sz-01')).toBeNull();
});
