import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { erp, fieldOf, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const factoryId = 'factory-sh-01';
type Input = Record<string, unknown>;
type Granted = { replayed: boolean; qualification: { id: string; isValid: boolean; revokedAt: string | null } };
type Refused = { code: string; message: string };

let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => new Date('2026-03-10T16:30:00Z') });
  await setUpPlant(mes);
});
afterAll(() => mes.stop());

const RESULT = `{
  ... on QualificationPayload { replayed qualification {
    id operatorId skill validFrom validUntil isValid grantedBy reason revokedAt revokedBy revokedBecause } }
  ... on QualificationRefusal { code message } }`;

let requests = 0;
const grant = <Answer = Granted>(change: Input = {}, claims = productionManager) => {
  requests += 1;
  const input = {
    requestId: `grant-${requests}`,
    factoryId,
    operatorId: 'emp-101',
    skill: 'WELDING',
    validFrom: '2026-03-01',
    ...change,
  };
  const query = `mutation($input: GrantQualificationInput!) { grantQualification(input: $input) ${RESULT} }`;
  return fieldOf<Answer>(mes, query, { input }, claims);
};
const revoke = <Answer = Granted>(id: string, change: Input = {}, claims = productionManager) => {
  requests += 1;
  const query = `mutation($input: RevokeQualificationInput!) { revokeQualification(input: $input) ${RESULT} }`;
  return fieldOf<Answer>(
    mes,
    query,
    { input: { requestId: `revoke-${requests}`, id, reason: 'left', ...change } },
    claims,
  );
};
const list = async (args: string, claims = productionManager) => {
  const query = `{ qualifications(factoryId: "${factoryId}", ${args}) {
    edges { cursor node { operatorId skill isValid } } pageInfo { hasNextPage endCursor } } }`;
  return fieldOf<{
    edges: { node: { operatorId: string; skill: string; isValid: boolean } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  } | null>(mes, query, {}, claims);
};

describe('granting', () => {
  it('makes an operator qualified for the days of the plant, and is written to the audit trail', async () => {
    const { qualification } = await grant({ validUntil: '2026-03-12', reason: 'certificate 4711' });
    expect(qualification).toMatchObject({
      operatorId: 'emp-101',
      validFrom: '2026-03-01',
      validUntil: '2026-03-12',
      isValid: true,
      grantedBy: 'emp-001',
      reason: 'certificate 4711',
    });
    const trail = await mes.rows(
      `SELECT command, user_id, after->>'skill' AS skill FROM mes.audit_entries
      WHERE entity = 'Qualification' AND entity_id = $1`,
      [qualification.id],
    );
    expect(trail).toEqual([{ command: 'grantQualification', user_id: 'emp-001', skill: 'WELDING' }]);
  });

  it('ends on the day of the plant, which begins before the day in London', async () => {
    // 16:30 UTC is half past midnight on the 11th in Shanghai.
    expect((await grant({ validUntil: '2026-03-11' })).qualification.isValid).toBe(false);
    expect((await grant({ validFrom: '2026-03-11' })).qualification.isValid).toBe(true);
  });

  it('happens once, however often it is sent', async () => {
    const input = { requestId: 'once', skill: 'CRANE' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => grant(input)));
    expect(new Set(answers.map(({ qualification }) => qualification.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await grant<Refused>({ ...input, skill: 'FORKLIFT' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it('leaves no trace when it is refused', async () => {
    const input = { requestId: 'second-try', validUntil: '2026-02-01' };
    expect(await grant<Refused>(input, inChinese(productionManager))).toEqual({
      code: 'BAD_PERIOD',
      message: '截止日期须晚于开始日期。',
    });
    expect(await grant({ ...input, validUntil: '2026-05-01' })).toMatchObject({ replayed: false });
  });

  it('knows no plant but those of the user', async () => {
    expect(await grant<Refused>({}, otherTenant)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    expect(await grant<Refused>({ factoryId: 'factory-bj-01' }, operator)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
  });
});

describe('revoking', () => {
  it('takes a qualification away at once, and only once', async () => {
    const { qualification } = await grant({ skill: 'LASER' });
    expect(await revoke(qualification.id)).toMatchObject({
      qualification: { isValid: false, revokedBy: 'emp-001', revokedBecause: 'left' },
    });
    expect(await revoke<Refused>(qualification.id)).toMatchObject({ code: 'ALREADY_REVOKED' });
    expect(await revoke<Refused>(qualification.id, {}, otherTenant)).toMatchObject({ code: 'QUALIFICATION_NOT_FOUND' });
    expect(await revoke<Refused>('no id at all')).toMatchObject({ code: 'QUALIFICATION_NOT_FOUND' });
  });
});

describe('the list', () => {
  it('is read page by page, of one operator or of one skill', async () => {
    for (const skill of ['A', 'B', 'C']) await grant({ operatorId: 'emp-150', skill });
    const page = await list('operatorId: "emp-150", first: 2');
    expect(page!.edges.map(({ node }) => node.skill)).toEqual(['C', 'B']);
    const rest = await list(`operatorId: "emp-150", first: 2, after: "${page!.pageInfo.endCursor}"`);
    expect(rest!.edges.map(({ node }) => node.skill)).toEqual(['A']);
    expect((await list('operatorId: "emp-150", skill: "B"'))!.edges).toHaveLength(1);
    expect(await list('first: 2', otherTenant)).toBeNull();
  });

  it('names those that end soon', async () => {
    const operatorId = 'emp-160';
    await grant({ operatorId, skill: 'ended', validUntil: '2026-03-11' });
    await grant({ operatorId, skill: 'tomorrow', validUntil: '2026-03-12' });
    await grant({ operatorId, skill: 'in ten days', validUntil: '2026-03-21' });
    await grant({ operatorId, skill: 'in eleven days', validUntil: '2026-03-22' });
    await grant({ operatorId, skill: 'never' });
    const soon = await list(`operatorId: "${operatorId}", expiringWithinDays: 10`);
    expect(soon!.edges.map(({ node }) => node.skill).sort()).toEqual(['in ten days', 'tomorrow']);
    const { errors } = await mes.ask(
      `{ qualifications(factoryId: "${factoryId}", expiringWithinDays: 0) { pageInfo { endCursor } } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
