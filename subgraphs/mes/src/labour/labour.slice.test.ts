import { operator, otherTenant } from '@enghub/testkit/claims';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, setUpPlant, type OrderAnswer, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const JOB = `job { id kind operatorId startedAt endedAt station { code } operation { sequence } voided { reason voidedBy } }`;
const RECORD = `mutation($input: RecordLabourInput!) { recordLabour(input: $input) {
  ... on RecordLabourPayload { replayed ${JOB} } ... on LabourRefusal { code message } } }`;
const VOID = `mutation($input: VoidJobInput!) { voidJob(input: $input) {
  ... on VoidJobPayload { ${JOB} } ... on LabourRefusal { code message } } }`;
const START = `mutation($input: StartOperationInput!) { startOperation(input: $input) {
  ... on StartOperationPayload { job { id } } ... on DispatchRefusal { code } } }`;
const TIMES = `query($id: ID!) { workOrder(id: $id) { labourSeconds setupSeconds machineSeconds
  jobs(first: 2) { pageInfo { hasNextPage } edges { node { id } } }
  operations { sequence labour { operatorId kind seconds station { code } } } } }`;
const DAY = `query($operatorId: ID!, $factoryId: ID!, $date: LocalDate!) {
  operatorDay(operatorId: $operatorId, factoryId: $factoryId, date: $date) { seconds jobs { seconds job { kind } } } }`;

type Row = Record<string, unknown>;
type Recorded = { replayed: boolean; job: { id: string } };

const now = new Date('2026-03-10T12:00:00Z');
let mes: TestSubgraph;
let plant: Plant;
let order: OrderAnswer;
let other: OrderAnswer;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  order = await anOrder(mes, plant);
  other = await anOrder(mes, plant);
});
afterAll(() => mes.stop());

let requests = 0;
const record = <Answer = Recorded>(change: Row, claims?: Claims) => {
  const requestId = `labour-${++requests}`;
  const operationId = order.operations[0]!.id;
  const interval = { startedAt: '2026-03-10T08:00:00Z', endedAt: '2026-03-10T09:00:00Z' };
  return fieldOf<Answer>(mes, RECORD, { input: { requestId, operationId, ...interval, ...change } }, claims);
};

describe('labour time', () => {
  it('is shared between the orders that an operator was on at once; machine time is not', async () => {
    await record({ operatorId: 'ann' });
    await record({ operatorId: 'ann', operationId: other.operations[0]!.id, startedAt: '2026-03-10T08:30:00Z' });
    await record({ operatorId: 'ben', kind: 'SETUP', endedAt: '2026-03-10T08:10:00Z' });
    await record({ kind: 'MACHINE', endedAt: '2026-03-10T10:00:00Z' });
    const times = await fieldOf<Row>(mes, TIMES, { id: order.id });
    expect(times).toMatchObject({ labourSeconds: '2700', setupSeconds: '600', machineSeconds: '7200' });
    expect(times).toMatchObject({
      jobs: { pageInfo: { hasNextPage: true } },
      operations: [
        {
          labour: [
            { operatorId: 'ann', kind: 'LABOUR', seconds: '2700', station: { code: 'M1' } },
            { operatorId: 'ben', kind: 'SETUP', seconds: '600' },
            { operatorId: null, kind: 'MACHINE', seconds: '7200' },
          ],
        },
        { labour: [] },
      ],
    });
    expect(await fieldOf<Row>(mes, TIMES, { id: other.id })).toMatchObject({ labourSeconds: '900' });
    const day = { operatorId: 'ann', factoryId: plant.factoryId, date: '2026-03-10' };
    expect(await fieldOf<Row>(mes, DAY, day)).toMatchObject({
      seconds: '3600',
      jobs: [{ seconds: '2700' }, { seconds: '900' }],
    });
    expect(await fieldOf(mes, DAY, { ...day, date: '2026-03-09' })).toMatchObject({ seconds: '0', jobs: [] });
    expect(await fieldOf(mes, DAY, day, otherTenant)).toBeNull();
  });

  it('that was a mistake is voided, stays to be seen, and counts no more', async () => {
    const { job } = await record({ operatorId: 'cid' });
    const input = { jobId: job.id, reason: 'it was the other order' };
    expect(await fieldOf(mes, VOID, { input }, operator)).toMatchObject({
      job: { voided: { reason: input.reason, voidedBy: 'emp-101' } },
    });
    expect(await fieldOf(mes, VOID, { input })).toMatchObject({ code: 'ALREADY_VOIDED' });
    const day = { operatorId: 'cid', factoryId: plant.factoryId, date: '2026-03-10' };
    expect(await fieldOf(mes, DAY, day)).toMatchObject({ seconds: '0', jobs: [] });
    const trail = await mes.rows<{ command: string; reason: string | null }>(
      `SELECT command, reason FROM mes.audit_entries WHERE entity_id = $1 ORDER BY position`,
      [job.id],
    );
    expect(trail).toEqual([
      { command: 'recordLabour', reason: null },
      { command: 'voidJob', reason: input.reason },
    ]);
  });

  it('of a job that still runs ends when the job is voided', async () => {
    const start = { requestId: 'run', operationId: order.operations[0]!.id, operatorId: 'dan' };
    const { job } = await fieldOf<Recorded>(mes, START, { input: start });
    expect(await fieldOf(mes, VOID, { input: { jobId: job.id, reason: 'nobody was there' } })).toMatchObject({
      job: { endedAt: now.toISOString() },
    });
    expect(await mes.rows(`SELECT 1 FROM mes.jobs WHERE operator_id = 'dan' AND ended_at IS NULL`)).toEqual([]);
  });

  it('is recorded once, however often it is sent', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => record({ requestId: 'once', operatorId: 'eve' })),
    );
    expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await record({ requestId: 'once', operatorId: 'fay' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it.each<[string, Row, string]>([
    ['of the future', { endedAt: '2026-03-10T12:00:01Z' }, 'IN_THE_FUTURE'],
    ['of more than a week', { startedAt: '2026-03-01T00:00:00Z' }, 'BAD_INTERVAL'],
    ['of nobody', { operatorId: '' }, 'BAD_OPERATOR'],
    ['of an operator who is a machine', { kind: 'MACHINE', operatorId: 'ann' }, 'BAD_OPERATOR'],
    ['on nothing', { operationId: 'nothing' }, 'OPERATION_NOT_FOUND'],
    ['nowhere', { stationId: 'nowhere' }, 'STATION_NOT_FOUND'],
    ['without a request id', { requestId: '' }, 'BAD_REQUEST_ID'],
  ])('%s is refused', async (_case, change, code) => {
    expect(await record(change)).toMatchObject({ code });
  });

  it('of an order that is not on the floor, or of a plant that is not the user’s, is refused', async () => {
    const planned = await anOrder(mes, plant, { upTo: 'PLANNED' });
    expect(await record({ operationId: planned.operations[0]!.id })).toMatchObject({ code: 'ORDER_NOT_OPEN' });
    expect(await record({}, otherTenant)).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
    expect(await fieldOf(mes, VOID, { input: { jobId: 'nothing', reason: 'x' } })).toMatchObject({
      code: 'JOB_NOT_FOUND',
    });
    expect(await fieldOf(mes, VOID, { input: { jobId: 'nothing', reason: ' ' } })).toMatchObject({
      code: 'REASON_REQUIRED',
    });
  });
});
