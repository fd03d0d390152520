import { qualityHoldPlaced } from '@enghub/event-contracts/qms/quality-hold-placed.v1';
import { newId } from '@enghub/subgraph-kit/ids';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fieldOf, REPORT, sayTo, stepOf, type OrderAnswer } from '../plant-for-tests.ts';
import { startFloor, type Floor, type Transition } from './floor-for-tests.ts';

let floor: Floor;
beforeAll(async () => {
  floor = await startFloor();
});
afterAll(() => floor.stop());

const PLACE = `mutation($input: PlaceBlockerInput!) { placeBlocker(input: $input) {
  ... on BlockerPayload { blocker { id } } ... on BlockerRefusal { code } } }`;
const START_OPERATION = `mutation($input: StartOperationInput!) { startOperation(input: $input) {
  ... on StartOperationPayload { operation { status } } ... on DispatchRefusal { code blockers { kind reference } } } }`;
const PAUSE_OPERATION = `mutation($input: PauseOperationInput!) { pauseOperation(input: $input) {
  ... on OperationPayload { operation { status } } ... on DispatchRefusal { code } } }`;

type Answer = { code?: string; blockers?: { kind: string; reference: string | null }[] };

/** What may be in the way of an order, and how far along it is. */
const situation = fc.record({
  state: fc.constantFrom('PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD', 'COMPLETED'),
  stock: fc.constantFrom('0', '4', '100'),
  occupiedStation: fc.constantFrom('BLOCK', 'WARN'),
  isOccupied: fc.boolean(),
  reported: fc.boolean(),
  onOrder: fc.boolean(),
  onOperation: fc.boolean(),
  onStation: fc.boolean(),
  onMaterial: fc.boolean(),
  place: fc.constantFrom(0, 1),
  began: fc.constantFrom('NOT', 'RUNS', 'PAUSED'),
});

let policyVersion = 0;

async function arrange(it: typeof situation extends fc.Arbitrary<infer Given> ? Given : never) {
  await floor.mes.rows(`UPDATE mes.heard_blockers SET cleared_at = now() WHERE cleared_at IS NULL`);
  await floor.mes.rows(`UPDATE mes.jobs SET ended_at = started_at WHERE ended_at IS NULL`);
  await floor.stock('100');
  await floor.policies({ occupiedStation: it.occupiedStation }, policyVersion);
  policyVersion += 1;
  let order = await floor.order('PLANNED', floor.steel);
  const say = async (verb: string) => (order = await sayTo(floor.mes, verb, order));
  const operationId = order.operations[it.place]!.id;
  if (it.state !== 'PLANNED') await say('release');
  if (!['PLANNED', 'RELEASED'].includes(it.state)) {
    await say('start');
    const input = { requestId: `e-${order.id}`, operationId: order.operations[0]!.id, goodQuantity: '3' };
    if (it.reported) await fieldOf(floor.mes, REPORT, { input });
    if (it.began !== 'NOT') await floor.say(START_OPERATION, { operationId, operatorId: 'emp-199' });
    if (it.began === 'PAUSED') await floor.say(PAUSE_OPERATION, { operationId });
  }
  if (it.isOccupied) {
    const other = await floor.order('RELEASED');
    await floor.say(START_OPERATION, { operationId: other.operations[0]!.id, operatorId: 'emp-198' });
  }
  if (it.state === 'COMPLETED') await say('complete');
  if (it.state === 'HELD') order = await hold(order);
  await floor.stock(it.stock);
  const block = (kind: string, id: string) =>
    floor.say(PLACE, { factoryId: 'factory-sh-01', kind: 'OTHER', reason: 'x', subjects: [{ kind, id }] });
  if (it.onOperation) await block('OPERATION', operationId);
  if (it.onStation) await block('STATION', floor.plant.stationId);
  if (it.onMaterial) await block('MATERIAL', 'STEEL');
  if (it.onOrder) {
    const subjects = [{ kind: 'WORK_ORDER' as const, id: order.id }];
    const data = { hold_id: newId(), subjects, reason: 'x', owner: null, at: '2026-03-10T06:00:00Z', by: 'x' };
    await floor.hear(qualityHoldPlaced, data);
    const known = async () =>
      (await floor.mes.rows(`SELECT 1 FROM mes.heard_blockers WHERE reference = $1`, [data.hold_id])).length;
    await expect.poll(known, { interval: 20, timeout: 10_000 }).toBe(1);
  }
  return { order, operationId };
}

async function hold({ id, version }: OrderAnswer): Promise<OrderAnswer> {
  const input = { id, version, cause: 'OTHER' };
  return (await fieldOf<{ workOrder: OrderAnswer }>(floor.mes, stepOf('hold', 'HoldWorkOrderInput'), { input }))
    .workOrder;
}

const shown = (transitions: readonly Transition[], action: string) => transitions.find((it) => it.action === action)!;

it('what is shown as allowed is done, and what is shown as blocked is refused for the same reasons', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      situation,
      fc.constantFrom('release', 'start', 'resume', 'startOperation', 'resumeOperation'),
      async (given, command) => {
        const { order, operationId } = await arrange(given);
        const ofOrder = !command.endsWith('Operation');
        const action = command.replace('Operation', '').toUpperCase();
        const transitions = ofOrder
          ? await floor.transitions(order.id)
          : await floor.transitionsOf(order.id, given.place);
        const { allowed, blockers } = shown(transitions, action);
        const answer = ofOrder
          ? await fieldOf<Answer>(
              floor.mes,
              stepOf(command).replace('code message', 'code message blockers { kind reference }'),
              { input: { id: order.id, version: order.version } },
            )
          : await floor.say<Answer>(START_OPERATION.replaceAll('startOperation', command), { operationId });
        seen.add(`${action} ${blockers.map(({ kind }) => kind).join()}`);
        expect(answer.code === undefined, JSON.stringify({ answer, blockers })).toBe(allowed);
        if (answer.code === 'BLOCKED') {
          const pairs = (of: Answer['blockers']) =>
            (of ?? []).map(({ kind, reference }) => `${kind} ${reference}`).sort();
          expect(pairs(answer.blockers)).toEqual(pairs(blockers));
        } else if (answer.code !== undefined) {
          expect(blockers.map(({ kind }) => kind).some((kind) => kind === 'STATE' || kind === 'ORDER_STATE')).toBe(
            true,
          );
        }
      },
    ),
    { numRuns: 40 },
  );
  // Otherwise the runs would have shown nothing.
  expect(seen.size).toBeGreaterThan(8);
}, 120_000);
