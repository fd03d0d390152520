/**
 * Whatever people say to an order and its children, in whatever order, the books agree. LIVES=100 looks for longer, and
 * SHOW_LIFE=1 tells how often each answer was given. One long file, because what is said and what must hold after it are read together.
 */
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import fc from 'fast-check';
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { anOrder, DEFINE_ROUTING, erp, fieldOf, setUpPlant, type Plant } from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

const LIVES = Number(process.env['LIVES'] ?? 6);
vi.setConfig({ testTimeout: 240_000 + 2_000 * LIVES });

let mes: TestSubgraph;
let plant: Plant;
let books: pg.Client;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  const { factoryId, stationId } = await setUpPlant(mes, { overproductionPercent: '10' });
  const operations = [
    { sequence: 10, name: 'Sawing', stationCode: 'M1' },
    { sequence: 20, name: 'Turning', stationCode: 'M2', after: [10] },
    { sequence: 30, name: 'Drilling', stationCode: 'M1', after: [10] },
    { sequence: 40, name: 'Joining', stationCode: 'M2', after: [20, 30] },
  ];
  const input = { factoryId, code: 'R-LIFE', productId: 'PROD-A001', operations };
  await fieldOf(mes, DEFINE_ROUTING, { input });
  plant = { factoryId, stationId, routingCode: 'R-LIFE' };
  books = new pg.Client(mes.ownerUrl);
  await books.connect();
});
afterAll(async () => {
  await books.end();
  await mes.stop();
});

const ADDED = 'Inspecting';

/** Pieces that came back through one operation on a way beside that which follows it: of those it had been given its part. */
const BESIDE = `(
  SELECT coalesce(sum(r.sent_back_quantity), 0) FROM mes.production_reports r
   WHERE r.work_order_id = o.work_order_id AND r.sent_back_to IS NOT NULL AND r.operation_id <> o.id
     AND p.id IN (SELECT mes.operations_again(r.sent_back_to, r.operation_id))
     AND o.id NOT IN (SELECT mes.operations_again(r.sent_back_to, r.operation_id)))`;

/** `of` picks the order, `at` the operation or report; both wrap around what there is. */
const said = fc.record({
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('report', 'report', 'flow') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('release', 'start', 'start', 'correct', 'startOperation', 'finishOperation'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...['hold', 'resume', 'complete', 'reopen', 'close', 'cancel', 'split', 'split', 'backOrder', 'backOrder'],
        ...['pauseOperation', 'skipOperation', 'addOperation', 'addOperation', 'again', 'stale'],
      ),
    },
  ),
  of: fc.nat(3),
  at: fc.nat(5),
  quantity: fc.constantFrom('0', '0.5', '1', '1', '2', '3', '3', '4', '10', '12'),
  scrap: fc.constantFrom('0', '0', '1'),
  sentBack: fc.constantFrom('0', '0', '0', '1'),
});
/** Pieces that go through all operations, one after the other. */
const steps = (it: Said): Said[] =>
  it.what === 'flow' ? [0, 1, 2, 3].map((at) => ({ ...it, what: 'report', at, scrap: '0', sentBack: '0' })) : [it];

type Said = typeof said extends fc.Arbitrary<infer Given> ? Given : never;

const inputs: Readonly<Record<string, string>> = {
  holdWorkOrder: 'HoldWorkOrderInput',
  reopenWorkOrder: 'ReopenWorkOrderInput',
  closeWorkOrderWithLoss: 'CloseWithLossInput',
  cancelWorkOrder: 'CancelWorkOrderInput',
  splitWorkOrder: 'SplitWorkOrderInput',
  resumeOperation: 'StartOperationInput',
};
const refusals: readonly (readonly [RegExp, string])[] = [
  [/Report$|^reportProduction$/, 'ProductionReportRefusal'],
  [/^(add|skip)Operation$/, 'OperationChangeRefusal'],
  [/Operation$/, 'DispatchRefusal'],
  [/./, 'WorkOrderRefusal'],
];
const mutationOf = (command: string): string => {
  const input =
    inputs[command] ??
    (/^(release|start|resume|complete)WorkOrder$/.test(command)
      ? 'WorkOrderCommandInput'
      : `${command[0]!.toUpperCase()}${command.slice(1)}Input`);
  const refusal = refusals.find(([pattern]) => pattern.test(command))![1];
  return `mutation($input: ${input}!) { ${command}(input: $input) { __typename ... on ${refusal} { code message } } }`;
};

type Order = { id: string; version: number; status: string; quantity: string; missing: string };
type Operation = { id: string; sequence: number; version: number };
type Answer = { __typename: string; code?: string; message?: string; replayed?: boolean };
type Sent = { command: string; input: Record<string, unknown> };

const rows = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  (await books.query<Row>(sql, [...values])).rows;

const family = (rootId: string) =>
  rows<Order>(
    `WITH RECURSIVE family AS (
       SELECT * FROM mes.work_orders WHERE id = $1
       UNION ALL SELECT w.* FROM mes.work_orders w JOIN family f ON w.parent_id = f.id)
     SELECT id::text, version, status, quantity::text,
            greatest(quantity - good_quantity - loss_quantity, 0)::text AS missing
       FROM family ORDER BY created_at, id`,
    [rootId],
  );
const operationsOf = (orderId: string) =>
  rows<Operation>(
    `SELECT id::text, sequence, version FROM mes.work_order_operations WHERE work_order_id = $1 ORDER BY sequence`,
    [orderId],
  );
/** Jobs of an order that stops are ended by a consumer, which has entries of its own. */
const audited = async () => {
  const left = `SELECT (SELECT count(*) FROM mes.outbox WHERE sent_at IS NULL)
                     + (SELECT count(*) FROM mes.mailbox WHERE consumer = 'mes.dispatching') AS n`;
  while (Number((await rows<{ n: string }>(left))[0]!.n) > 0) await pause(5);
  return Number((await rows<{ n: string }>(`SELECT count(*) AS n FROM mes.audit_entries`))[0]!.n);
};

let requests = 0;

/** What is sent for what is said; nothing where there is nothing to say it to. */
async function translate(it: Said, orders: readonly Order[]): Promise<Sent | null> {
  const order = orders[it.of % orders.length]!;
  const { id, version } = order;
  const operations = await operationsOf(id);
  const operation = operations[it.at % operations.length]!;
  requests += 1;
  const requestId = `life-${requests}`;
  switch (it.what) {
    case 'release':
    case 'start':
    case 'resume':
    case 'complete':
      return { command: `${it.what}WorkOrder`, input: { id, version } };
    case 'hold':
      return { command: 'holdWorkOrder', input: { id, version, cause: 'OTHER' } };
    case 'reopen':
      return { command: 'reopenWorkOrder', input: { id, version, reason: 'more' } };
    case 'cancel':
      return { command: 'cancelWorkOrder', input: { id, version } };
    case 'close':
      return {
        command: 'closeWorkOrderWithLoss',
        input: { id, version, lossQuantity: it.at > 1 ? order.missing : it.quantity },
      };
    case 'stale':
      return { command: 'startWorkOrder', input: { id, version: version + (it.at % 2 ? 1 : -1) } };
    case 'split':
      return { command: 'splitWorkOrder', input: { requestId, id, version, quantity: it.quantity } };
    case 'backOrder':
      return { command: 'createBackOrder', input: { requestId, id, version } };
    case 'report': {
      const back = operations[it.of % operations.length]!.id;
      const input = { requestId, operationId: operation.id, goodQuantity: it.quantity, scrapQuantity: it.scrap };
      const scrapped = it.scrap === '0' ? {} : { scrapReason: 'burr' };
      const sent = it.sentBack === '0' ? {} : { sentBackQuantity: it.sentBack, sentBackToOperationId: back };
      return { command: 'reportProduction', input: { ...input, ...scrapped, ...sent } };
    }
    case 'correct': {
      const made = await rows<{ id: string }>(
        `SELECT id::text FROM mes.production_reports WHERE work_order_id = $1 ORDER BY id`,
        [id],
      );
      const report = made[it.at % Math.max(made.length, 1)];
      const input = {
        requestId,
        goodQuantity: it.quantity,
        scrapQuantity: it.scrap,
        scrapReason: 'burr',
        reason: 'miscounted',
      };
      const sentBack = it.of === 0 ? { sentBackQuantity: '0' } : {};
      return report
        ? { command: 'correctProductionReport', input: { ...input, ...sentBack, reportId: report.id } }
        : null;
    }
    case 'startOperation':
      return {
        command: it.at % 2 ? 'resumeOperation' : 'startOperation',
        input: { requestId, operationId: operation.id },
      };
    case 'pauseOperation':
      return { command: 'pauseOperation', input: { requestId, operationId: operation.id } };
    case 'finishOperation':
      return {
        command: 'finishOperation',
        input: { requestId, operationId: operation.id, version: operation.version },
      };
    case 'addOperation': {
      const input = { requestId, id, version, afterOperationId: operation.id, name: ADDED, stationCode: 'M1' };
      return { command: 'addOperation', input: { ...input, reason: 'crack' } };
    }
    case 'skipOperation':
      return { command: 'skipOperation', input: { operationId: operation.id, version, reason: 'not needed' } };
    default:
      return null;
  }
}

const send = ({ command, input }: Sent) => fieldOf<Answer>(mes, mutationOf(command), { input });

it('keeps the books of an order and its children, whatever is said to them', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 12, maxLength: 30 }), async (life) => {
      const { id: root } = await anOrder(mes, plant, { upTo: 'IN_PROGRESS' });
      const counted: Sent[] = [];
      const ended = new Map<string, string>();
      for (const it of life.flatMap(steps)) {
        const orders = await family(root);
        const sent =
          it.what === 'again' ? (counted[it.at % Math.max(counted.length, 1)] ?? null) : await translate(it, orders);
        if (!sent) continue;
        const before = await state(root);
        const entries = await audited();
        const answer = await send(sent);
        const refused = answer.code !== undefined;
        const about = JSON.stringify({ ...sent, answer });
        seen.set(
          `${sent.command} ${answer.code ?? 'OK'}`,
          (seen.get(`${sent.command} ${answer.code ?? 'OK'}`) ?? 0) + 1,
        );
        if (refused) expect(answer.message, about).toMatch(/\S/);
        if (it.what === 'stale') expect(answer.code, about).toBe('STALE_VERSION');
        if (refused || it.what === 'again') {
          expect(await state(root), `nothing happens: ${about}`).toBe(before);
          expect(await audited(), about).toBe(entries);
        } else {
          expect(await audited(), `is in the audit trail: ${about}`).toBeGreaterThan(entries);
          if ('requestId' in sent.input) counted.push(sent);
        }
        if (it.what === 'again') expect(answer.code, about).toBeUndefined();
        await checkBooks(root, about);
        for (const order of await family(root)) {
          if (!['CLOSED', 'CANCELLED'].includes(order.status)) continue;
          const now = await stateOfOrder(order.id);
          expect(now, `${order.id} has ended: ${about}`).toBe(ended.get(order.id) ?? now);
          ended.set(order.id, now);
        }
      }
      expect(sum((await family(root)).map(({ quantity }) => quantity))).toBe(10);
    }),
    { numRuns: LIVES, endOnFailure: true },
  );
  if (process.env['SHOW_LIFE']) console.log([...seen].sort());
});

const sum = (numbers: readonly string[]) => numbers.reduce((total, it) => total + Number(it), 0);

/** Everything that an accepted command could have moved. */
async function state(rootId: string): Promise<string> {
  const states: string[] = [];
  for (const { id } of await family(rootId)) states.push(await stateOfOrder(id));
  return states.join('\n');
}

/** Without what follows a moment later: a hold ends the jobs that run, and so pauses their operations. */
async function stateOfOrder(id: string): Promise<string> {
  const made = await rows<object>(
    `SELECT to_jsonb(w) AS "order",
            (SELECT jsonb_agg(to_jsonb(o) - 'status' - 'version' ORDER BY o.sequence) FROM mes.work_order_operations o WHERE o.work_order_id = w.id) AS operations,
            (SELECT count(*) FROM mes.production_reports r WHERE r.work_order_id = w.id) AS reports
       FROM mes.work_orders w WHERE w.id = $1`,
    [id],
  );
  return JSON.stringify(made);
}

async function checkBooks(rootId: string, about: string): Promise<void> {
  const ids = (await family(rootId)).map(({ id }) => id);
  const wrong = await rows(
    `SELECT o.id, o.sequence, o.good_quantity, r.good, o.good_limit, o.returned_quantity, o.carried_quantity
       FROM mes.work_order_operations o
       LEFT JOIN LATERAL (
         SELECT coalesce(sum(good_quantity), 0) AS good, coalesce(sum(scrap_quantity), 0) AS scrap,
                coalesce(sum(rework_quantity), 0) AS rework, coalesce(sum(sent_back_quantity), 0) AS sent_back
           FROM mes.production_reports WHERE operation_id = o.id) r ON true
      -- Of operations side by side, one may have used more than an order still has once the rest left with a back-order.
      CROSS JOIN LATERAL (
         SELECT EXISTS (SELECT FROM mes.work_orders
                         WHERE parent_id = o.work_order_id AND parent_relation = 'BACK_ORDER') AS gave) given
      WHERE o.work_order_id = ANY ($1::uuid[])
        AND ((o.good_quantity, o.scrap_quantity, o.rework_quantity, o.sent_back_quantity)
               IS DISTINCT FROM (r.good, r.scrap, r.rework, r.sent_back)
             OR o.good_quantity < 0 OR o.scrap_quantity < 0
             OR o.good_quantity > o.good_limit + o.returned_quantity
             OR (NOT gave AND EXISTS (
                   SELECT FROM mes.work_order_operations p
                    WHERE p.id = ANY (o.after_ids || o.with_ids) AND p.status <> 'SKIPPED'
                      AND o.good_quantity + o.scrap_quantity - o.returned_quantity
                          > p.good_quantity + p.carried_quantity - p.returned_quantity + ${BESIDE})))`,
    [ids],
  );
  expect(wrong, `operations are the sums of their reports, within their limits: ${about}`).toEqual([]);
  const unmade = await rows(
    `WITH steps AS (
       SELECT o.sequence, p.sequence AS before,
              sum(o.good_quantity + o.scrap_quantity - o.returned_quantity) AS taken,
              sum(p.good_quantity - p.returned_quantity + ${BESIDE}) AS passed_on
         FROM mes.work_order_operations o
         JOIN mes.work_order_operations p ON p.id = ANY (o.after_ids || o.with_ids)
        WHERE o.work_order_id = ANY ($1::uuid[]) GROUP BY o.sequence, p.sequence)
     SELECT * FROM steps WHERE taken > passed_on AND NOT EXISTS (
       SELECT FROM mes.work_order_operations WHERE work_order_id = ANY ($1::uuid[]) AND (status = 'SKIPPED' OR name = '${ADDED}'))`,
    [ids],
  );
  expect(unmade, `nothing is worked on that none of the orders has made: ${about}`).toEqual([]);
  const unbalanced = await rows(
    `SELECT w.id, w.good_quantity, s.* FROM mes.work_orders w
       JOIN LATERAL (SELECT coalesce(sum(good_quantity) FILTER (WHERE is_last), 0) AS good, sum(scrap_quantity) AS scrap,
                            sum(rework_quantity) AS rework
                       FROM mes.work_order_operations o WHERE o.work_order_id = w.id) s ON true
      WHERE w.id = ANY ($1::uuid[])
        AND (w.good_quantity, w.scrap_quantity, w.rework_quantity) IS DISTINCT FROM (s.good, s.scrap, s.rework)`,
    [ids],
  );
  expect(unbalanced, `orders are the sums of their operations: ${about}`).toEqual([]);
  const [carried] = await rows<{ total: string }>(
    `SELECT sum(carried_quantity)::numeric(18,4)::text AS total FROM mes.work_order_operations WHERE work_order_id = ANY ($1::uuid[])`,
    [ids],
  );
  expect(Number(carried!.total), `what one order gave, another has: ${about}`).toBe(0);
}
