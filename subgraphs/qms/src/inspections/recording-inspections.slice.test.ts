import { newId } from '@enghub/subgraph-kit/ids';
import { inChinese, qualityEngineer } from '@enghub/testkit/claims';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportEvent } from '../events-for-tests.ts';
import { idsOf, startFloor, type Inspection } from './floor-for-tests.ts';

let floor: Awaited<ReturnType<typeof startFloor>>;
beforeAll(async () => {
  floor = await startFloor();
});
afterAll(() => floor.stop());

describe('recording an inspection', () => {
  const record = async (input: object, claims = qualityEngineer) => {
    const { data, errors } = await floor.ask(
      `mutation ($input: RecordInspectionInput!) {
        recordInspection(input: $input) {
          ... on RecordInspectionPayload {
            inspection { id status result sampleSize defectiveCount note inspectorId version completedAt }
          }
          ... on InspectionRefusal { code message }
        }
      }`,
      { input: { version: 1, result: 'PASS', sampleSize: 5, ...input } },
      claims,
    );
    expect(errors).toBeUndefined();
    return data?.['recordInspection'] as { inspection?: object; code?: string; message?: string };
  };

  async function openInspection(): Promise<Inspection> {
    const event = reportEvent();
    await floor.report(event);
    const { work_order_id, report_id } = idsOf(event);
    return (await floor.ofOrder(work_order_id)).find((it) => it.productionReportId === report_id)!;
  }

  it('ends it with what was found, and tells the rest of the house', async () => {
    const { id } = await openInspection();
    const answer = await record({ id, result: 'FAIL', defectiveCount: 2, note: '毛刺 burrs' });
    expect(answer.inspection).toMatchObject({
      id,
      status: 'COMPLETED',
      result: 'FAIL',
      sampleSize: 5,
      defectiveCount: 2,
      note: '毛刺 burrs',
      inspectorId: 'emp-201',
      version: 2,
    });
    await expect
      .poll(() => floor.published.filter(({ data }) => (data as { inspection_id: string }).inspection_id === id), {
        timeout: 40_000,
        interval: 100,
      })
      .toMatchObject([
        { event_type: 'InspectionCreated' },
        {
          event_type: 'InspectionCompleted',
          data: { result: 'FAILED', inspected_qty: '5', defect_qty: '2', by: 'emp-201' },
        },
      ]);
    const { data } = await floor.ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Inspection { id result workOrder { id } } } }`,
      {
        of: [
          { __typename: 'Inspection', id },
          { __typename: 'Inspection', id: newId() },
        ],
      },
    );
    expect(data).toMatchObject({ _entities: [{ id, result: 'FAIL' }, null] });
  });

  it('refuses a version that somebody else has moved, in the language of the user', async () => {
    const { id } = await openInspection();
    await record({ id });
    expect(await record({ id })).toEqual({
      code: 'STALE_VERSION',
      message: 'Someone else changed this inspection. Reload it and try again.',
    });
    expect(await record({ id }, inChinese(qualityEngineer))).toEqual({
      code: 'STALE_VERSION',
      message: '该检验单已被他人修改，请刷新后重试。',
    });
    expect(await record({ id, version: 2 })).toMatchObject({ code: 'ALREADY_COMPLETED' });
  });

  it('lets one of ten people win who record at once', async () => {
    const { id } = await openInspection();
    const answers = await Promise.all(Array.from({ length: 10 }, () => record({ id })));
    expect(answers.filter((answer) => answer.inspection)).toHaveLength(1);
    expect(answers.filter((answer) => answer.code === 'STALE_VERSION')).toHaveLength(9);
  });

  it('writes nothing when it is refused', async () => {
    const { id } = await openInspection();
    expect(await record({ id, result: 'FAIL' })).toMatchObject({ code: 'FAIL_NEEDS_DEFECTS' });
    const { data } = await floor.ask('query ($id: ID!) { inspection(id: $id) { status version note } }', { id });
    expect(data).toEqual({ inspection: { status: 'OPEN', version: 1, note: null } });
  });

  it.each([
    ['an id that nobody has', newId()],
    ['an id that is none', "1' OR true --"],
    ['an id from another age', 'ffffffff-ffff-7fff-bfff-ffffffffffff'],
    ['an id of another kind', '9b2f4c3e-7f0a-4b6d-9c3e-1f2a3b4c5d6e'],
  ])('does not find %s', async (_case, id) => {
    expect(await record({ id })).toMatchObject({ code: 'NOT_FOUND' });
    expect((await floor.ask('query ($id: ID!) { inspection(id: $id) { id } }', { id })).data).toEqual({
      inspection: null,
    });
  });
});
