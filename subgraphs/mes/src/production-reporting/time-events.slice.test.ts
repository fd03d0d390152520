import { timeEventRecorded } from '@enghub/event-contracts/mes/time-event-recorded.v1';
import { parseEvent } from '@enghub/event-contracts/envelope';
import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, setUpPlant, type OrderAnswer, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const RECORD = `mutation($input: RecordTimeEventInput!) { recordTimeEvent(input: $input) {
  ... on RecordTimeEventPayload { replayed timeEvent { id kind operatorId station { code } operation { sequence } } }
  ... on ProductionReportRefusal { code message } } }`;
type Recorded = { replayed: boolean; timeEvent: { id: string } };
type Input = Record<string, unknown>;

const now = new Date('2026-03-10T04:00:00Z');
let mes: TestSubgraph;
let plant: Plant;
let order: OrderAnswer;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  order = await anOrder(mes, plant, { upTo: 'RELEASED' });
});
afterAll(() => mes.stop());

let requests = 0;
const record = <Answer = Recorded>(change: Input, claims = productionManager) => {
  const input = {
    requestId: `t-${++requests}`,
    kind: 'SETUP',
    stationId: plant.stationId,
    operationId: order.operations[0]!.id,
    startedAt: '2012-01-30T06:24:00Z',
    endedAt: '2012-01-30T12:43:00Z',
    ...change,
  };
  return fieldOf<Answer>(mes, RECORD, { input }, claims);
};

describe('time at a station', () => {
  it('is recorded with its operation and told with every shift it touches', async () => {
    const answer = await record({ operatorId: 'ID4932' });
    expect(answer).toMatchObject({
      replayed: false,
      timeEvent: { kind: 'SETUP', operatorId: 'ID4932', station: { code: 'M1' }, operation: { sequence: 10 } },
    });
    const [row] = await mes.rows<{ envelope: unknown }>(
      `SELECT envelope FROM mes.outbox WHERE envelope->'data'->>'time_event_id' = $1`,
      [answer.timeEvent.id],
    );
    const { data } = parseEvent(timeEventRecorded, row!.envelope);
    expect(data).toMatchObject({ work_order_id: order.id, shift: 'night', started_at: '2012-01-30T06:24:00.000Z' });
    expect(data.shift_occurrences.map(({ shift }) => shift)).toEqual(['day', 'night']);
    const audited = await mes.rows(`SELECT command, entity, user_id FROM mes.audit_entries WHERE entity_id = $1`, [
      answer.timeEvent.id,
    ]);
    expect(audited).toEqual([{ command: 'recordTimeEvent', entity: 'TimeEvent', user_id: 'emp-001' }]);
  });

  it('needs no operation for a break, and no order in progress', async () => {
    const answer = await record({ kind: 'BREAK', operationId: null });
    expect(answer).toMatchObject({ timeEvent: { kind: 'BREAK', operatorId: 'emp-001', operation: null } });
  });

  it('is recorded once, however often it is sent', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => record({ requestId: 'once' })));
    expect(new Set(answers.map(({ timeEvent }) => timeEvent.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await record({ requestId: 'once', kind: 'RUN' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    expect(await record({ requestId: 'once', kind: 'RUN', operationId: null })).toMatchObject({
      code: 'REQUEST_ID_REUSED',
    });
  });

  it.each<[string, Input, string]>([
    ['for running without an operation', { kind: 'RUN', operationId: null }, 'NEEDS_OPERATION'],
    ['for an operation that does not exist', { operationId: 'nothing' }, 'OPERATION_NOT_FOUND'],
    ['at a station that does not exist', { stationId: 'M1' }, 'STATION_NOT_FOUND'],
    ['when it ends before it starts', { endedAt: '2012-01-30T06:23:59Z' }, 'BAD_INTERVAL'],
    ['when it lasts longer than a week', { endedAt: '2012-02-06T06:24:01Z' }, 'BAD_INTERVAL'],
    ['without an operator', { operatorId: ' ' }, 'BAD_OPERATOR'],
    ['without a request id', { requestId: '' }, 'BAD_REQUEST_ID'],
  ])('is refused %s', async (_case, change, code) => {
    expect(await record(change)).toMatchObject({ code });
  });

  it('of another tenant or plant finds nothing', async () => {
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(await record({}, claims)).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
      const input = { kind: 'BREAK', operationId: null };
      expect(await record(input, claims)).toMatchObject({ code: 'STATION_NOT_FOUND' });
    }
  });
});
