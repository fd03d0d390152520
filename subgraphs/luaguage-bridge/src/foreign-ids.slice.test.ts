/** Whoever names something of another tenant, plant or person, anywhere in any field, hears what one hears of what does not exist. */
import { workOrderReleased } from '@enghub/event-contracts/mes/work-order-released.v1';
import { newEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';
import type { IdKinds, Question, Stranger } from '@enghub/testkit/foreign-ids';
import { ownerOf, strangersTo, testForeignIds, theirPlant } from '@enghub/testkit/foreign-ids-suite';
import pg from 'pg';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { emp001, gateway, startTestBridge, type TestBridge } from './bridge-for-tests.ts';
import { openArchive, pdf, type Archive } from './documents/files-for-tests.ts';

let bridge: TestBridge;
let archive: Archive;
let books: pg.Client;

/** Ids and links that are made for each answer say nothing of what was asked for. */
const ask: Question['ask'] = async (query, variables, who) =>
  JSON.parse(
    JSON.stringify(await bridge.ask(query, { ...variables }, who))
      .replace(/"\/documents\/[^"]*"/g, '"<link>"')
      .replace(/("RequestDocumentUploadPayload_documentId":)"[^"]*"/g, '$1"<new>"'),
  );

async function fill({ who, factoryId }: Stranger): Promise<void> {
  const orderId = newId();
  const subjects = [{ kind: 'WORK_ORDER', id: orderId }];
  await archive.file(pdf(`drawing of ${factoryId}`), { factoryId, subjects }, who);
  bridge.workOrders.set(orderId, {
    ...{ number: 'WO-1', status: 'IN_PROGRESS', goodQuantity: '5', salesOrderId: null, salesOrderLine: null },
    product: { id: 'PROD-A001' },
  });
  const at = bridge.now();
  const order = { work_order_id: orderId, number: 'WO-1', product_id: 'PROD-A001', quantity: '50' };
  const about = { tenantId: who.tenantId, factoryId, sourceService: 'mes', traceId: 'test', at };
  await bridge
    .transport()
    .publish([
      newEvent(
        workOrderReleased,
        { ...order, at: at.toISOString(), by: 'emp-001' },
        { ...about, eventId: newId(), aggregateId: orderId },
      ),
    ]);
  // What the bridge tells of a plant has many occasions; one stands for all.
  await rows(
    `INSERT INTO luaguage_bridge.outbox (event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, sent_at)
     VALUES ($1::uuid, $2, $3, 'luaguage-bridge.something.told.v1', $1::uuid::text, '{}', now())`,
    [newId(), who.tenantId, factoryId],
  );
  await vi.waitFor(async () => expect(await idsOf('order_feedbacks', factoryId)).toHaveLength(1), { timeout: 30_000 });
}

beforeAll(async () => {
  bridge = await startTestBridge({ keepsInSync: true });
  archive = await openArchive(() => bridge);
  books = new pg.Client({ connectionString: bridge.ownerUrl });
  await books.connect();
  await bridge.ask('{ userPermissions(userId: "emp-001") { tenantId } }', {}, gateway);
  for (const someone of [ownerOf(emp001), ...Object.values(strangersTo(emp001))]) await fill(someone);
  // What the bridge does by itself with their plant's order is done before anybody looks whether something changed.
  const waiting = `SELECT FROM luaguage_bridge.order_feedbacks WHERE factory_id = $1 AND sync_state <> 'SYNCED'`;
  await vi.waitFor(async () => expect(await rows(waiting, [theirPlant])).toEqual([]), { timeout: 30_000 });
}, 120_000);
afterAll(async () => {
  archive?.close();
  await books?.end();
  await bridge?.stop();
});

async function rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  return (await books.query<Row>(sql, [...values])).rows;
}
const keyOf: Readonly<Record<string, string>> = { order_feedbacks: 'work_order_id', outbox: 'aggregate_id' };
const idsOf = async (table: string, factoryId: string) =>
  (
    await rows<{ id: string }>(
      `SELECT DISTINCT ${keyOf[table] ?? 'id'}::text AS id FROM luaguage_bridge.${table} WHERE factory_id = $1`,
      [factoryId],
    )
  ).map(({ id }) => id);

const kinds: IdKinds = {
  kindOf: (field, input, path) => {
    if (input === 'factoryId') return 'FACTORY';
    if (input === 'aggregateId') return 'outbox';
    if (path.endsWith('subject.id')) return 'order_feedbacks';
    if (input === 'documentId') return 'documents';
    return input === 'id' && /document|Ppap/i.test(field) ? 'documents' : undefined;
  },
  notOurs: new Set(['requestId', 'materialId', 'materialIds', 'productId', 'userId', 'externalId', 'id', 'ids']),
  idsOf,
  entities: { Document: 'documents', WorkOrder: 'order_feedbacks' },
};

testForeignIds({
  namespace: 'luaguage_bridge',
  person: emp001,
  ask,
  rows,
  kinds,
  known: { kind: ['WORK_ORDER'], kinds: ['DRAWING'], version: [1], first: [50] },
  tries: 12,
  // A link is words of whoever makes it; nobody was notified here; and the document was archived before its next version.
  silentPlaces: [
    'linkDocument(input.subject.id)',
    'notifications(filter.factoryId)',
    'requestDocumentUpload(input.subjects.0.id)',
    'requestDocumentVersionUpload(input.documentId)',
    'unlinkDocument(input.subject.id)',
  ],
});
