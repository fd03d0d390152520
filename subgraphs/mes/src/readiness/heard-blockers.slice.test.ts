import { equipmentDown } from '@enghub/event-contracts/eam/equipment-down.v1';
import { equipmentUp } from '@enghub/event-contracts/eam/equipment-up.v1';
import { bomChanged } from '@enghub/event-contracts/luaguage-bridge/bom-changed.v1';
import { ppapChanged } from '@enghub/event-contracts/luaguage-bridge/ppap-changed.v1';
import { qualityHoldLifted } from '@enghub/event-contracts/qms/quality-hold-lifted.v1';
import { qualityHoldPlaced, type QualityHoldPlaced } from '@enghub/event-contracts/qms/quality-hold-placed.v1';
import { newId } from '@enghub/subgraph-kit/ids';
import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldOf, REPORT, stepOf } from '../plant-for-tests.ts';
import { blockersOf, factoryId, kindsOf, startFloor, type Floor } from './floor-for-tests.ts';

type Refused = { code: string; message: string };

let floor: Floor;
beforeAll(async () => {
  floor = await startFloor();
});
afterAll(() => floor.stop());

const at = '2026-03-10T06:00:00Z';
const hold = (subject: QualityHoldPlaced['subjects'][number], hold_id = newId()): QualityHoldPlaced => ({
  hold_id,
  subjects: [subject],
  reason: 'burrs at the edge',
  owner: 'emp-201',
  at,
  by: 'emp-201',
});
const lifted = (hold_id: string) => ({ hold_id, reason: null, at, by: 'emp-201' });
const down = (station: string, downtime_id = newId()) => ({
  downtime_id,
  equipment_id: newId(),
  equipment_code: 'CNC-7',
  station_ids: [station],
  reason: 'spindle',
  planned: false,
  expected_until: null,
  owner: 'maintenance',
  at,
  by: 'emp-301',
});
const eventually = (ask: () => Promise<unknown>) => expect.poll(ask, { timeout: 10_000, interval: 50 });
const startKinds = async (id: string) => kindsOf(await floor.transitions(id), 'START');
const command = (verb: string, order: { id: string; version: number }) =>
  fieldOf<Refused>(floor.mes, stepOf(verb), { input: { id: order.id, version: order.version } });
const seconds = (later: number) => new Date(Date.parse(at) + later * 1_000);

describe('a quality hold', () => {
  it('stops its order until it is lifted, and says who can lift it', async () => {
    const order = await floor.order('RELEASED');
    const placed = hold({ kind: 'WORK_ORDER', id: order.id });
    await floor.hear(qualityHoldPlaced, placed);
    await eventually(() => startKinds(order.id)).toEqual(['QUALITY_HOLD']);
    expect(blockersOf(await floor.transitions(order.id), 'START')).toEqual([
      {
        kind: 'QUALITY_HOLD',
        source: 'qms',
        reference: placed.hold_id,
        since: '2026-03-10T06:00:00.000Z',
        owner: 'emp-201',
        message: 'Quality hold on the work order: burrs at the edge',
      },
    ]);
    const chinese = await floor.transitions(order.id, inChinese(productionManager));
    expect(blockersOf(chinese, 'START')[0]!.message).toBe('工单被质量冻结：burrs at the edge');
    expect(await command('start', order)).toMatchObject({ code: 'BLOCKED' });

    await floor.hear(qualityHoldLifted, lifted(placed.hold_id));
    await eventually(() => startKinds(order.id)).toEqual([]);
    expect(await command('start', order)).toMatchObject({ workOrder: { status: 'IN_PROGRESS' } });
  });

  it('on a product stops its orders from being released, started and resumed, but not from being reported', async () => {
    const planned = await floor.order('PLANNED', floor.steel);
    const running = await floor.order('IN_PROGRESS', floor.steel);
    const placed = hold({ kind: 'PRODUCT', id: 'PROD-STEEL' });
    await floor.hear(qualityHoldPlaced, placed);
    await eventually(async () => kindsOf(await floor.transitions(planned.id), 'RELEASE')).toEqual(['QUALITY_HOLD']);
    expect(await command('release', planned)).toMatchObject({ code: 'BLOCKED' });
    const transitions = await floor.transitionsOf(running.id, 0);
    expect(kindsOf(transitions, 'START')).toEqual(['QUALITY_HOLD']);
    expect(kindsOf(transitions, 'REPORT')).toEqual([]);
    const input = { requestId: `held-${running.id}`, operationId: running.operations[0]!.id, goodQuantity: '1' };
    expect(await fieldOf(floor.mes, REPORT, { input })).toHaveProperty('report');
    await floor.hear(qualityHoldLifted, lifted(placed.hold_id));
    await eventually(async () => kindsOf(await floor.transitions(planned.id), 'RELEASE')).toEqual([]);
  });

  it('that was lifted before it was heard of never stands', async () => {
    const order = await floor.order('RELEASED');
    const placed = hold({ kind: 'WORK_ORDER', id: order.id });
    await floor.hear(qualityHoldLifted, lifted(placed.hold_id), { at: seconds(2) });
    await eventually(() => tombstone(placed.hold_id)).toBe(true);
    // Even if the clock of whoever placed it is ahead.
    await floor.hear(qualityHoldPlaced, placed, { at: seconds(1) });
    await floor.hear(qualityHoldPlaced, placed, { at: seconds(60) });
    await settle();
    expect(await startKinds(order.id)).toEqual([]);
  });

  it('is kept apart by tenant', async () => {
    const order = await floor.order('RELEASED');
    const placed = hold({ kind: 'WORK_ORDER', id: order.id });
    await floor.hear(qualityHoldPlaced, placed, { tenantId: 'tenant-002' });
    await settle();
    expect(await startKinds(order.id)).toEqual([]);
  });
});

const tombstone = async (reference: string) => {
  const rows = await floor.mes.rows<{ cleared: boolean }>(
    `SELECT cleared_at IS NOT NULL AS cleared FROM mes.heard_blockers WHERE reference = $1`,
    [reference],
  );
  return rows[0]?.cleared;
};

/** Waits until everything that was told so far has been heard: one queue, in order. */
async function settle() {
  const marker = hold({ kind: 'WORK_ORDER', id: newId() });
  await floor.hear(qualityHoldPlaced, marker);
  await eventually(() => tombstone(marker.hold_id)).toBe(false);
}

describe('equipment that is down', () => {
  it('stops work at its stations until that downtime is over', async () => {
    const { id, operations } = await floor.order('RELEASED');
    const first = down(floor.plant.stationId);
    const second = down(floor.plant.stationId);
    await floor.hear(equipmentDown, first);
    await floor.hear(equipmentDown, second);
    const kinds = async (place: number) => kindsOf(await floor.transitionsOf(id, place), 'START');
    await eventually(() => kinds(0)).toEqual(['EQUIPMENT_DOWN', 'EQUIPMENT_DOWN']);
    expect(await kinds(1)).toEqual(['PREDECESSOR_NOT_DONE']);
    expect(await startKinds(id)).toEqual([]);
    const [blocker] = blockersOf(await floor.transitionsOf(id, 0), 'START');
    expect(blocker).toMatchObject({ source: 'eam', owner: 'maintenance', message: 'Equipment CNC-7 is down: spindle' });
    expect(operations).toHaveLength(2);

    await floor.hear(equipmentUp, { ...first, by: 'emp-301' });
    await eventually(() => kinds(0)).toEqual(['EQUIPMENT_DOWN']);
    await floor.hear(equipmentUp, { ...second, by: 'emp-301' });
    await eventually(() => kinds(0)).toEqual([]);
  });
});

describe('a bill of materials', () => {
  const news = (usable: boolean, bom_version = 'v3') => ({
    product_id: 'PROD-STEEL',
    bom_version,
    usable,
    reason: usable ? null : 'withdrawn',
    owner: 'engineering',
    at,
  });

  it('that may not be used stops the release of orders planned by it, in every plant', async () => {
    const planned = await floor.order('PLANNED', floor.steel);
    const released = await floor.order('RELEASED', floor.steel);
    await floor.hear(bomChanged, news(false), { factory: null });
    await floor.hear(bomChanged, news(false, 'v2'), { factory: null });
    const kinds = async () => kindsOf(await floor.transitions(planned.id), 'RELEASE');
    await eventually(kinds).toEqual(['BOM_NOT_USABLE']);
    expect(await command('release', planned)).toMatchObject({ code: 'BLOCKED' });
    expect(await startKinds(released.id)).toEqual([]);
    await floor.hear(bomChanged, news(true), { factory: null });
    await eventually(kinds).toEqual([]);
  });

  it('is what the newest news says, in whatever order it arrives', async () => {
    const planned = await floor.order('PLANNED', floor.steel);
    const kinds = async () => kindsOf(await floor.transitions(planned.id), 'RELEASE');
    const later = Date.now() + 60_000;
    await floor.hear(bomChanged, news(false), { factory: null, at: new Date(later + 3_000) });
    await floor.hear(bomChanged, news(true), { factory: null, at: new Date(later + 2_000) });
    await floor.hear(bomChanged, news(false), { factory: null, at: new Date(later + 1_000) });
    await settle();
    expect(await kinds()).toEqual(['BOM_NOT_USABLE']);
    await floor.hear(bomChanged, news(true), { factory: null, at: new Date(later + 4_000) });
    await floor.hear(bomChanged, news(false), { factory: null, at: new Date(later + 3_000) });
    await settle();
    expect(await kinds()).toEqual([]);
  });
});

describe('a material without approval', () => {
  const news = (status: 'APPROVED' | 'PENDING') => ({
    material_id: 'STEEL',
    status,
    approved_on: status === 'APPROVED' ? '2026-03-10' : null,
    owner: 'emp-201',
    at,
  });

  it('stops the release of orders whose bill has it, before they have a material at all', async () => {
    const steel = await floor.order('PLANNED', floor.steel);
    const other = await floor.order('PLANNED');
    await floor.hear(ppapChanged, news('PENDING'), { factory: null });
    const kinds = async ({ id }: { id: string }) => kindsOf(await floor.transitions(id), 'RELEASE');
    await eventually(() => kinds(steel)).toEqual(['PPAP_NOT_APPROVED']);
    expect(blockersOf(await floor.transitions(steel.id), 'RELEASE')[0]!.message).toBe(
      'Material STEEL is not approved for production; its PPAP is pending.',
    );
    expect(await kinds(other)).toEqual([]);
    expect(await command('release', steel)).toMatchObject({ code: 'BLOCKED' });
    expect(await command('release', other)).toHaveProperty('workOrder');
    await floor.hear(ppapChanged, news('APPROVED'), { factory: null });
    await eventually(() => kinds(steel)).toEqual([]);
    expect(await command('release', steel)).toHaveProperty('workOrder');
  });
});

describe('a person', () => {
  const RESULT = `{ ... on BlockerPayload { replayed blocker { id kind source reference owner message clearedAt subjects { kind id } } }
    ... on BlockerRefusal { code message } }`;
  type Placed = { replayed: boolean; blocker: { id: string } };
  const place = <Answer = Placed>(change: Record<string, unknown>, claims = productionManager) =>
    floor.say<Answer>(
      `mutation($input: PlaceBlockerInput!) { placeBlocker(input: $input) ${RESULT} }`,
      { factoryId, kind: 'ENGINEERING_CHANGE', reason: 'drawing B', ...change },
      claims,
    );
  const lift = <Answer = Placed>(id: string, claims = productionManager) =>
    floor.say<Answer>(
      `mutation($input: LiftBlockerInput!) { liftBlocker(input: $input) ${RESULT} }`,
      {
        id,
        reason: 'drawing C is there',
      },
      claims,
    );

  it('stops an order until somebody lifts the blocker, and both are in the audit trail', async () => {
    const order = await floor.order('RELEASED');
    const { blocker } = await place({ subjects: [{ kind: 'WORK_ORDER', id: order.id }] });
    expect(blocker).toMatchObject({ source: 'mes', owner: 'emp-001', reference: blocker.id, clearedAt: null });
    expect(blockersOf(await floor.transitions(order.id), 'START')).toMatchObject([
      { kind: 'ENGINEERING_CHANGE', message: 'Engineering change on the work order: drawing B' },
    ]);
    expect(await command('start', order)).toMatchObject({ code: 'BLOCKED' });
    expect(await lift(blocker.id)).toMatchObject({ blocker: { subjects: [] } });
    expect(await lift<Refused>(blocker.id)).toMatchObject({ code: 'ALREADY_LIFTED' });
    expect(await startKinds(order.id)).toEqual([]);
    const trail = await floor.mes.rows(
      `SELECT command, reason FROM mes.audit_entries WHERE entity_id = $1 ORDER BY id`,
      [blocker.id],
    );
    expect(trail).toEqual([
      { command: 'placeBlocker', reason: 'drawing B' },
      { command: 'liftBlocker', reason: 'drawing C is there' },
    ]);
  });

  it('places one once, however often it is sent', async () => {
    const subjects = [{ kind: 'PRODUCT', id: 'PROD-ONCE' }];
    const answers = await Promise.all([1, 2, 3].map(() => place({ requestId: 'place-once', subjects })));
    expect(new Set(answers.map(({ blocker }) => blocker.id)).size).toBe(1);
    expect(await place<Refused>({ requestId: 'place-once', subjects, reason: 'else' })).toMatchObject({
      code: 'REQUEST_ID_REUSED',
    });
  });

  it.each([
    ['NO_SUBJECT', { subjects: [] }],
    ['SUBJECT_NOT_FOUND', { subjects: [{ kind: 'WORK_ORDER', id: newId() }] }],
    ['SUBJECT_NOT_FOUND', { subjects: [{ kind: 'LOT', id: 'no id at all' }] }],
    ['SUBJECT_NOT_FOUND', { subjects: [{ kind: 'MATERIAL', id: '\u0000' }] }],
    ['BAD_REASON', { subjects: [{ kind: 'PRODUCT', id: 'P' }], reason: ' ' }],
    ['BAD_OWNER', { subjects: [{ kind: 'PRODUCT', id: 'P' }], owner: '' }],
    ['FACTORY_NOT_FOUND', { subjects: [{ kind: 'PRODUCT', id: 'P' }], factoryId: 'factory-sz-01' }],
  ])('is refused with %s for %o', async (code, change) => {
    expect(await place<Refused>(change)).toMatchObject({ code });
  });

  it('sees what stands in a plant, and lifts nothing that came from elsewhere', async () => {
    const order = await floor.order('RELEASED');
    const placed = hold({ kind: 'WORK_ORDER', id: order.id });
    await floor.hear(qualityHoldPlaced, placed, { at: new Date() });
    const list = (claims = productionManager) =>
      fieldOf<{ edges: { node: { id: string; source: string; message: string; subjects: object[] } }[] } | null>(
        floor.mes,
        `{ blockers(factoryId: "${factoryId}", first: 200) { edges { node { id source message subjects { kind id } } } } }`,
        {},
        claims,
      );
    const mine = async () =>
      (await list())!.edges.find(({ node }) => JSON.stringify(node.subjects).includes(order.id))?.node;
    await eventually(mine).toMatchObject({
      source: 'qms',
      message: 'Quality hold on the work order: burrs at the edge',
      subjects: [{ kind: 'WORK_ORDER', id: order.id }],
    });
    const { id } = (await mine())!;
    expect(await lift<Refused>(id)).toMatchObject({ code: 'NOT_PLACED_HERE' });
    expect(await lift<Refused>(id, otherTenant)).toMatchObject({ code: 'BLOCKER_NOT_FOUND' });
    expect(await list(otherTenant)).toBeNull();
    expect(await list(operator)).not.toBeNull();
  });
});
