import { randomUUID } from 'node:crypto';
import type { DataOf, EventContract } from '@enghub/event-contracts/define-event';
import { equipmentDown } from '@enghub/event-contracts/eam/equipment-down.v1';
import { eventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import { defectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import { integrationDegraded } from '@enghub/event-contracts/luaguage-bridge/integration-degraded.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { newEvent, type OutboxEvent } from '@enghub/messaging/outbox';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { newId } from '@enghub/subgraph-kit/ids';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, gateway, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';

let bridge: TestBridge;
let database: pg.Client;
beforeAll(async () => {
  bridge = await startTestBridge({ keepsInSync: true });
  database = new pg.Client({ connectionString: bridge.ownerUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await bridge.stop();
});
beforeEach(() => bridge.reset());

const START = new Date('2026-01-05T06:00:00Z');
const person = (userId: string, factoryIds = ['factory-sh-01', 'factory-bj-01']): Claims => ({
  ...emp001,
  userId,
  factoryIds,
});
const planner = person('emp-301');
const quality = person('emp-201');
const maintainer = person('emp-401');
const elsewhere: Claims = { ...person('emp-701', ['factory-sz-01']), tenantId: 'tenant-002' };

type Where = Readonly<{ tenantId?: string; factoryId?: string | null; at?: Date }>;
function eventOf<C extends EventContract>(
  contract: C,
  data: DataOf<C>,
  aggregateId: string,
  where: Where,
): OutboxEvent {
  const { tenantId = 'tenant-001', factoryId = 'factory-sh-01', at = START } = where;
  const about = { eventId: randomUUID(), sourceService: 'mes', traceId: 'trace-test' };
  return newEvent(contract, data, { ...about, tenantId, factoryId, at, aggregateId });
}
const order = (number: string, where: Where = {}, created_by = 'emp-001') => {
  const work_order_id = newId();
  const data = { work_order_id, number, product_id: 'PROD-A001', bom_version: null, quantity: '100', unit: 'pcs' };
  return eventOf(workOrderCreated, { ...data, due_date: null, created_by }, work_order_id, where);
};
const defect = (number: string, operation_id: string, quantity: string, defect_type: string, at = START) => {
  const work_order_id = newId();
  return eventOf(
    defectReported,
    {
      ...{ report_id: newId(), work_order_id, work_order_number: number, operation_id, operation_name: 'Turning' },
      ...{ product_id: 'PROD-A001', defect_type, quantity, disposition: 'SCRAP' as const, station_id: null },
      ...{ shift_date: '2026-01-05', shift: 'day', produced_by: 'emp-101', report_time: at.toISOString() },
    },
    work_order_id,
    { at },
  );
};
const breakdown = (equipment_code: string, where: Where = {}) => {
  const downtime_id = newId();
  return eventOf(
    equipmentDown,
    {
      ...{ downtime_id, equipment_id: newId(), equipment_code, station_ids: [], reason: 'spindle', planned: false },
      ...{ expected_until: null, owner: null, at: START.toISOString(), by: 'system:eam' },
    },
    downtime_id,
    where,
  );
};

type Node = {
  id: string;
  kind: string;
  title: string;
  text: string;
  count: number;
  readAt: string | null;
  workOrder: { id: string } | null;
  delivery: { state: string; attempts: number; lastError: string | null } | null;
};
type List = { edges: { node: Node }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
const LIST = `query ($first: Int! = 200, $after: String, $filter: NotificationFilter) {
  notifications(first: $first, after: $after, filter: $filter) {
    edges { node { id kind severity title text count readAt workOrder { id } delivery { state attempts lastError nextAttemptAt } } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const list = async (who: Claims, variables: object = {}) =>
  (await bridge.ask(LIST, { ...variables }, who)).data!.notifications as List;
const about = async (who: Claims, text: string) =>
  (await list(who)).edges.map(({ node }) => node).filter(({ title }) => title.includes(text));
const soon = <Value>(question: () => Value) => expect.poll(question, { timeout: 20_000 });
/** Waits until somebody is told of it, once. */
const told = async (who: Claims, text: string): Promise<Node> => {
  await soon(async () => (await about(who, text)).length).toBe(1);
  return (await about(who, text))[0]!;
};
const sentTo = (recipient: string, number: string) =>
  bridge.luaguage.simulator.books.sales
    .notifications()
    .filter(({ recipient_id, data }) => recipient_id === recipient && data['work_order_number'] === number);
const unread = async (who: Claims) => (await bridge.ask('{ unreadNotificationCount }', {}, who)).data;
const rows = async (sql: string, ...values: unknown[]) => (await database.query<object>(sql, values)).rows;

describe('an event that a consumer failed for good', () => {
  const dead = (consumer: string, error: string) => {
    const dead_letter_id = newId();
    const data = { dead_letter_id, consumer, event_id: newId(), event_type: 'ProductionReported', attempts: 4, error };
    const what = {
      routing_key: 'mes.production-report.reported.v1',
      aggregate_id: 'wo-1',
      about: { work_order_id: 'wo-1' },
    };
    return eventOf(eventDeadLettered, { ...data, ...what, at: START.toISOString() }, dead_letter_id, {});
  };

  it('is told to the administrators of the plant, a storm of them as one', async () => {
    const administrator = person('emp-901');
    await bridge.publish(dead('qms.inspections', 'no such plan'), dead('qms.inspections', 'no such material'));
    await soon(async () => (await about(administrator, 'qms.inspections')).map(({ count }) => count)).toEqual([2]);
    expect(await about(administrator, 'qms.inspections')).toMatchObject([
      { kind: 'EVENT_DEAD_LETTERED', text: expect.stringContaining('ProductionReported, 2 × so far') as string },
    ]);
    expect(await about({ ...administrator, language: 'zh-CN' }, 'qms.inspections')).toMatchObject([
      { title: 'qms.inspections 无法处理事件' },
    ]);
    expect(await about(planner, 'qms.inspections')).toEqual([]);
  });
});

describe('a new order', () => {
  it('is told to the planner, who never signed in, and to nobody else', async () => {
    await bridge.publish(order('N-1'));
    const notification = await told(planner, 'N-1');
    expect(notification).toMatchObject({
      kind: 'WORK_ORDER_CREATED',
      severity: 'INFO',
      title: 'New work order N-1',
      text: '100 pcs of PROD-A001 are to be made.',
      count: 1,
      readAt: null,
    });
    expect(notification.workOrder).toEqual({ id: expect.any(String) as string });
    const others = [emp001, quality, { ...planner, tenantId: 'tenant-002' }, person('emp-301', ['factory-bj-01'])];
    for (const other of others) expect(await about(other, 'N-1')).toEqual([]);
  });

  it('is told in the language of the reader', async () => {
    await bridge.publish(order('N-2'));
    await told(planner, 'N-2');
    expect((await about({ ...planner, language: 'zh-CN' }, 'N-2'))[0]?.title).toBe('新工单 N-2');
  });

  it('is told once, however often the event comes', async () => {
    const event = order('N-3');
    await bridge.publish(event, event);
    await told(planner, 'N-3');
    await bridge.publish(event, order('N-after-3'));
    await told(planner, 'N-after-3');
    await told(planner, 'N-3');
    await soon(() => sentTo('emp-301', 'N-3').length).toBe(1);
  }, 60_000);

  it('is not told to whoever made it', async () => {
    await bridge.publish(order('N-4', {}, 'emp-301'), order('N-5'));
    await told(planner, 'N-5');
    expect(await about(planner, 'N-4')).toEqual([]);
  });

  it('of another company is told to nobody here', async () => {
    await bridge.publish(breakdown('SZ-1', { tenantId: 'tenant-002', factoryId: 'factory-sz-01' }));
    await told(elsewhere, 'SZ-1');
    expect(await about(person('emp-001'), 'SZ-1')).toEqual([]);
    const { id } = (await about(elsewhere, 'SZ-1'))[0]!;
    const reference = `{ _entities(representations: [{ __typename: "Notification", id: "${id}" }]) { __typename } }`;
    expect((await bridge.ask(reference, {}, emp001)).data).toEqual({ _entities: [null] });
    expect((await bridge.ask(reference, {}, elsewhere)).data?._entities).toEqual([{ __typename: 'Notification' }]);
  });
});

it('tells administrators, and only them, that an interface of the ERP does not answer', async () => {
  const data = {
    interface: 'PPAP-x',
    state: 'DEGRADED' as const,
    since: START.toISOString(),
    last_error: 'luaguage: 503',
  };
  await bridge.publish(eventOf(integrationDegraded, data, 'PPAP-x', { factoryId: null }));
  const administrator = person('emp-901');
  expect(await told(administrator, 'PPAP-x')).toMatchObject({ kind: 'INTEGRATION_DEGRADED', severity: 'CRITICAL' });
  for (const other of [emp001, planner, elsewhere]) expect(await about(other, 'PPAP-x')).toEqual([]);
});

describe('defects on one operation', () => {
  it('are one notification with a count, which is unread again and on top', async () => {
    const operation = newId();
    await bridge.publish(defect('D-1', operation, '1.5', 'burr'));
    const first = await told(quality, 'D-1');
    await bridge.ask(MARK, { ids: [first.id] }, quality);
    expect((await told(quality, 'D-1')).readAt).not.toBeNull();

    const later = new Date(START.getTime() + 9 * 60_000);
    await bridge.publish(defect('D-1', operation, '2', 'scratch', later), defect('D-1', operation, '3', 'burr', later));
    await soon(async () => (await told(quality, 'D-1')).count).toBe(3);
    const [top] = (await list(quality)).edges;
    expect(top!.node).toMatchObject({
      id: first.id,
      readAt: null,
      text: 'Turning: 6.5 with burr, scratch, counted 3 ×.',
    });
    await soon(() => sentTo('emp-201', 'D-1').length).toBe(1);
  });

  it('are told anew after ten minutes, and apart from those on another operation', async () => {
    const operation = newId();
    const late = new Date(START.getTime() + 10 * 60_000);
    await bridge.publish(
      defect('D-2', operation, '1', 'burr'),
      defect('D-2', newId(), '1', 'burr'),
      defect('D-2', operation, '1', 'burr', late),
    );
    await soon(async () => (await about(quality, 'D-2')).map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  it('are counted once each when they come at the same moment', async () => {
    const operation = newId();
    await bridge.publish(...Array.from({ length: 12 }, () => defect('D-3', operation, '1', 'burr')));
    await soon(async () => (await told(quality, 'D-3')).count).toBe(12);
  });
});

describe('delivery by the ERP', () => {
  it('says of a completed order what luaguage wants to know', async () => {
    const work_order_id = newId();
    const data = { work_order_id, number: 'C-1', product_id: 'PROD-A001', quantity: '100', at: START.toISOString() };
    const quantities = { good_qty: '95', scrap_qty: '5', rework_qty: '0' };
    await bridge.publish(eventOf(workOrderCompleted, { ...data, ...quantities, by: 'emp-101' }, work_order_id, {}));
    await told(emp001, 'C-1');
    await soon(() => sentTo('emp-001', 'C-1')).toHaveLength(1);
    expect(sentTo('emp-001', 'C-1')[0]).toMatchObject({
      type: 'work_order_completed',
      data: { work_order_id, completion_rate: 95 },
    });
    await soon(async () => (await told(emp001, 'C-1')).delivery?.state).toBe('SENT');
  });

  it('waits while the ERP is down, is told in the graph meanwhile, and goes out once afterwards', async () => {
    bridge.luaguage.feel('HANGS_UP');
    await bridge.publish(order('E-1'));
    await told(planner, 'E-1');
    await soon(async () => (await told(planner, 'E-1')).delivery).toMatchObject({
      state: 'WAITING',
      attempts: 1,
      lastError: expect.stringContaining('luaguage') as string,
    });
    // Events are heard as ever.
    await bridge.publish(order('E-2'));
    await told(planner, 'E-2');

    bridge.luaguage.feel('WELL');
    expect(sentTo('emp-301', 'E-1')).toEqual([]);
    bridge.passMinutes(5);
    await soon(async () => (await told(planner, 'E-1')).delivery).toMatchObject({
      state: 'SENT',
      attempts: 2,
      nextAttemptAt: null,
    });
    await soon(() => sentTo('emp-301', 'E-2').length).toBe(1);
    expect(sentTo('emp-301', 'E-1')).toHaveLength(1);
    const published = await rows(
      `SELECT FROM luaguage_bridge.outbox WHERE envelope->'data'->>'notification_id' = $1`,
      (await told(planner, 'E-1')).id,
    );
    expect(published).toHaveLength(1);
  }, 60_000);

  it('finds its people later when the ERP could not yet say who they are', async () => {
    bridge.luaguage.feel('FAILS');
    const where = { tenantId: 'tenant-unlisted' };
    const stranger = { ...planner, tenantId: where.tenantId };
    await bridge.publish(order('L-1', where));
    await soon(() =>
      rows(`SELECT addressed_at FROM luaguage_bridge.notification_occasions WHERE tenant_id = $1`, where.tenantId),
    ).toEqual([{ addressed_at: null }]);
    bridge.luaguage.feel('WELL');
    bridge.passMinutes(1);
    await soon(() =>
      rows(
        `SELECT addressed_at IS NOT NULL AS done FROM luaguage_bridge.notification_occasions WHERE tenant_id = $1`,
        where.tenantId,
      ),
    ).toEqual([{ done: true }]);
    expect(await about(stranger, 'L-1')).toEqual([]);
  }, 60_000);
});

describe('the people of a role', () => {
  it('are also those whose permissions the gateway asked for, until the ERP says otherwise', async () => {
    await bridge.publish(order('P-0'));
    await told(planner, 'P-0');
    const holders = () =>
      rows(`SELECT user_id FROM luaguage_bridge.role_holders WHERE role = 'planner' AND tenant_id = 'tenant-001'`);
    expect(await holders()).toEqual([{ user_id: 'emp-301' }]);
    await rows(`DELETE FROM luaguage_bridge.role_holders WHERE role = 'planner' AND tenant_id = 'tenant-001'`);
    await bridge.ask('{ userPermissions(userId: "emp-301") { userId } }', {}, gateway);
    await soon(holders).toEqual([{ user_id: 'emp-301' }]);
    await bridge.publish(order('P-1'));
    await told(planner, 'P-1');
  });
});

const MARK = `mutation ($ids: [ID!]) { markNotificationsRead(input: { ids: $ids }) {
  ... on MarkNotificationsReadPayload { markedCount unreadCount } ... on NotificationRefusal { code message } } }`;
const mark = async (ids: string[] | null, who = planner) =>
  (await bridge.ask(MARK, { ids }, who)).data!.markNotificationsRead;

describe('reading', () => {
  it('counts down, moves whoever watches, and is one’s own', async () => {
    let ticks = 0;
    const unwatch = await bridge.watch('tenant-001.notificationReceived.emp-401', () => (ticks += 1));
    await bridge.publish(breakdown('R-1'));
    const { id } = await told(maintainer, 'R-1');
    await soon(() => ticks).toBe(1);
    const { unreadNotificationCount: before } = (await unread(maintainer)) as { unreadNotificationCount: number };

    expect(await mark([id], quality)).toMatchObject({ markedCount: 0 });
    expect(await mark([id, 'nonsense', newId()], maintainer)).toEqual({ markedCount: 1, unreadCount: before - 1 });
    expect(await mark([id], maintainer)).toEqual({ markedCount: 0, unreadCount: before - 1 });
    await soon(() => ticks).toBe(2);
    unwatch();
    expect(await mark(null, maintainer)).toMatchObject({ unreadCount: 0 });
    expect(await mark(Array.from({ length: 201 }, () => newId()))).toMatchObject({ code: 'TOO_MANY_IDS' });
  });

  it('pages and filters', async () => {
    await mark(null);
    const orders = ['G-1', 'G-2', 'G-3'].map((number) => order(number, { factoryId: 'factory-bj-01' }));
    await bridge.publish(...orders);
    for (const number of ['G-1', 'G-2', 'G-3']) await told(planner, number);
    const filter = { unreadOnly: true, kinds: ['WORK_ORDER_CREATED'], factoryId: 'factory-bj-01' };
    const first = await list(planner, { first: 2, filter });
    expect(first).toMatchObject({ edges: [{}, {}], pageInfo: { hasNextPage: true } });
    const second = await list(planner, { first: 2, filter, after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ edges: [{}], pageInfo: { hasNextPage: false } });
    const titles = [...first.edges, ...second.edges].map(({ node }) => node.title.slice(-3));
    expect(titles.sort()).toEqual(['G-1', 'G-2', 'G-3']);
    expect((await list(planner, { filter: { ...filter, kinds: ['EQUIPMENT_DOWN'] } })).edges).toEqual([]);
    for (const wrong of [{ first: 0 }, { first: 201 }, { after: 'nonsense' }]) {
      expect((await bridge.ask(LIST, wrong, planner)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

const PREFER = `mutation ($preferences: [NotificationPreferenceInput!]!) {
  setNotificationPreferences(input: { preferences: $preferences }) {
    ... on SetNotificationPreferencesPayload { preferences { kind severity inApp viaLuaguage } }
    ... on NotificationRefusal { code message } } }`;
const prefer = async (who: Claims, ...preferences: object[]) =>
  (await bridge.ask(PREFER, { preferences }, who)).data!.setNotificationPreferences;
const audited = (user: string) =>
  rows(`SELECT FROM luaguage_bridge.audit_entries WHERE command = 'setNotificationPreferences' AND user_id = $1`, user);

describe('preferences', () => {
  it('choose the way, are the user’s own, and are audited when they change', async () => {
    const critical = { kind: 'EQUIPMENT_DOWN', inApp: false, viaLuaguage: false };
    expect(await prefer(maintainer, critical)).toMatchObject({ code: 'CRITICAL_NEEDS_A_WAY' });
    expect(await audited('emp-401')).toEqual([]);

    const inGraphOnly = { ...critical, inApp: true };
    const chosen = expect.arrayContaining([{ ...inGraphOnly, severity: 'CRITICAL' }]) as object[];
    for (const _twice of [1, 2]) expect(await prefer(maintainer, inGraphOnly)).toEqual({ preferences: chosen });
    expect(await audited('emp-401')).toHaveLength(1);
    const others = await bridge.ask('{ notificationPreferences { kind inApp viaLuaguage } }', {}, emp001);
    expect(others.data!.notificationPreferences).toEqual(
      expect.arrayContaining([{ kind: 'EQUIPMENT_DOWN', inApp: true, viaLuaguage: true }]),
    );

    await bridge.publish(breakdown('M-1'));
    expect((await told(maintainer, 'M-1')).delivery).toBeNull();
    expect((await told(emp001, 'M-1')).delivery).not.toBeNull();
  });

  it('leave out of the graph what is to come from the ERP, and what is off everywhere', async () => {
    await prefer(planner, { kind: 'WORK_ORDER_CREATED', inApp: false, viaLuaguage: true });
    await bridge.publish(order('W-1'));
    await soon(() => sentTo('emp-301', 'W-1').length).toBe(1);
    expect(await about(planner, 'W-1')).toEqual([]);
    await prefer(planner, { kind: 'WORK_ORDER_CREATED', inApp: false, viaLuaguage: false });
    await bridge.publish(order('W-2'), breakdown('W-3'));
    await told(maintainer, 'W-3');
    await prefer(planner, { kind: 'WORK_ORDER_CREATED', inApp: true, viaLuaguage: true });
    await bridge.publish(order('W-4'));
    await told(planner, 'W-4');
    expect(sentTo('emp-301', 'W-2')).toEqual([]);
    expect(await about(planner, 'W-2')).toEqual([]);
  });

  it('name each kind once, in the language of the reader', async () => {
    const one = { kind: 'WORK_ORDER_HELD', inApp: true, viaLuaguage: true };
    expect(await prefer({ ...planner, language: 'zh-CN' }, one, one)).toEqual({
      code: 'KIND_TWICE',
      message: '每种通知只能设置一次。',
    });
  });
});

it('forgets after 90 days what was read, and keeps what was not', async () => {
  await bridge.publish(order('O-1'), order('O-2'));
  const [read] = [await told(planner, 'O-1'), await told(planner, 'O-2')];
  await mark([read.id]);
  bridge.passMinutes(91 * 24 * 60);
  await soon(() => about(planner, 'O-1')).toEqual([]);
  await told(planner, 'O-2');
  expect(await rows(`SELECT FROM luaguage_bridge.notification_occasions WHERE parameters->>'number' = 'O-1'`)).toEqual(
    [],
  );
}, 60_000);
