import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PrismaClient } from '../generated/prisma/client.ts';
import { erp, fieldOf, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { factoryId, lotsOf, type Input, type LotAnswer } from './lots-for-tests.ts';

type Event = { event: number; type: string; inputs: Line[]; outputs: Line[] };
type Line = { lot: string; qty: number };
const reference = JSON.parse(readFileSync(new URL('test-data/genealogy.json', import.meta.url), 'utf8')) as {
  events: Event[];
  expected: Record<string, { forward: string[]; backward: string[] }>;
  onHand: Record<string, number>;
};

let statements = 0;
let mes: TestSubgraph;
beforeAll(async () => {
  const counted: typeof definition = {
    ...definition,
    createClient: (adapter) => {
      const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
      client.$on('query', () => (statements += 1));
      return client as never;
    },
  };
  mes = await testSubgraph(counted, { graph: erp });
  await setUpPlant(mes);
});
afterAll(() => mes.stop());
beforeEach(() => void (statements = 0));
const { lotOf, record } = lotsOf(() => mes);

describe('the reference genealogy', () => {
  const ids: Record<string, string> = {};
  const kinds: Record<string, string> = { assemble: 'TRANSFORM' };
  const materialOf = (lot: string) => (/^(R|M)/.test(lot) ? 'RAW' : lot.replace(/\d.*/, ''));

  it('takes every event', async () => {
    for (const { type, inputs, outputs } of reference.events) {
      const answer = await record(kinds[type] ?? type.toUpperCase(), {
        inputs: inputs.map(({ lot, qty }) => ({ lotId: ids[lot], quantity: String(qty) })),
        outputs: outputs.map(({ lot, qty }) => ({ number: lot, materialId: materialOf(lot), quantity: String(qty) })),
        ...(type === 'ship' && { shipment: { reference: 'DN-1', customerId: 'CUST-1' } }),
      });
      for (const { lot } of answer.activity.outputs) ids[lot.number] = lot.id;
    }
    expect(Object.keys(ids).sort()).toEqual(Object.keys(reference.onHand).sort());
  });

  it.each(Object.entries(reference.onHand))('has of %s %i on hand', async (number, quantity) => {
    expect((await lotOf(number)).onHand).toBe(String(quantity));
  });

  it.each(Object.entries(reference.expected))('reaches from %s what it should', async (number, expected) => {
    const query = `query($id: ID!) { lot(id: $id) {
      forward: trace(direction: FORWARD) { truncated lots { lot { number } depth direction } }
      backward: trace(direction: BACKWARD) { truncated lots { lot { number } depth } }
      both: trace(direction: BOTH) { lots { lot { number } } } } }`;
    type Trace = { truncated: boolean; lots: { lot: { number: string } }[] };
    const found = await fieldOf<Record<'forward' | 'backward' | 'both', Trace>>(mes, query, { id: ids[number] });
    const numbers = ({ lots }: Trace) => lots.map(({ lot }) => lot.number).sort();
    expect(numbers(found.forward)).toEqual(expected.forward);
    expect(numbers(found.backward)).toEqual(expected.backward);
    expect(numbers(found.both)).toEqual([...expected.forward, ...expected.backward].sort());
    expect([found.forward.truncated, found.backward.truncated]).toEqual([false, false]);
  });

  it('answers a recall in one query', async () => {
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD) {
      lots { lot { number onHand } depth end }
      edges { from { number } to { number } activity { kind } }
      workOrders(open: true) { number } stock { lot { number } quantity location { code } }
      shipments { reference customerId lot { number } quantity } } } }`;
    const { trace } = await fieldOf<{ trace: Record<string, Input[]> }>(mes, query, { id: ids['R1'] });
    expect(
      trace['lots']!.filter(({ end }) => end)
        .map(({ lot }) => (lot as LotAnswer).number)
        .sort(),
    ).toEqual(['PAL2', 'SHIP1']);
    expect(trace['stock']).toHaveLength(3);
    expect(trace['stock']).toContainEqual({ lot: { number: 'PAL2' }, quantity: '70', location: null });
    expect(trace['shipments']).toEqual([
      { reference: 'DN-1', customerId: 'CUST-1', lot: { number: 'PAL1' }, quantity: '50' },
    ]);
    expect(trace['edges']).toContainEqual({
      from: { number: 'PAL1' },
      to: { number: 'SHIP1' },
      activity: { kind: 'SHIP' },
    });
    expect(trace['edges']).toHaveLength(10);
  });

  it('names the shipment also to those who ask for its own lot', async () => {
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD, depth: 1) { shipments { lot { number } quantity } } } }`;
    expect(await fieldOf(mes, query, { id: ids['SHIP1'] })).toEqual({
      trace: { shipments: [{ lot: { number: 'SHIP1' }, quantity: '50' }] },
    });
  });

  it('stops at the depth asked for and says so', async () => {
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD, depth: 1) { truncated lots { lot { number } depth } } } }`;
    expect(await fieldOf(mes, query, { id: ids['R2'] })).toEqual({
      trace: { truncated: true, lots: [{ lot: { number: 'M1' }, depth: 1 }] },
    });
    for (const depth of [0, 1_001]) {
      const { errors } = await mes.ask(query.replace('depth: 1', `depth: ${depth}`), { id: ids['R2'] });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });
});

describe('a walk', () => {
  /** Lots and links as they would stand after years of activities. */
  async function graphOf(size: number, links: readonly (readonly [number, number])[]): Promise<string[]> {
    const ids = Array.from({ length: size }, () => randomUUID());
    await mes.rows(
      `INSERT INTO mes.lots (id, tenant_id, factory_id, material_id, number, unit, created_by, created_at)
       SELECT id, 'tenant-001', $2, 'GRAPH', id::text, 'pcs', 'test', now() FROM unnest($1::uuid[]) AS id`,
      [ids, factoryId],
    );
    await mes.rows(
      `INSERT INTO mes.lot_edges (input_lot_id, output_lot_id, tenant_id, factory_id, created_at)
       SELECT a, b, 'tenant-001', $3, now() FROM unnest($1::uuid[], $2::uuid[]) AS link(a, b) ON CONFLICT DO NOTHING`,
      [links.map(([from]) => ids[from]), links.map(([, to]) => ids[to]), factoryId],
    );
    return ids;
  }

  type Trace = {
    truncated: boolean;
    lots: { lot: { id: string }; depth: number; direction: string; end: boolean }[];
    edges: { from: { id: string }; to: { id: string } }[];
  };
  async function trace(id: string, direction: string, depth = 1_000): Promise<Trace> {
    const query = `query($id: ID!, $direction: TraceDirection!, $depth: Int!) { lot(id: $id) {
      trace(direction: $direction, depth: $depth) { truncated lots { depth direction end lot { id } }
        edges { from { id } to { id } activity { id } } workOrders { id } stock { quantity } shipments { quantity } } } }`;
    return (await fieldOf<{ trace: Trace }>(mes, query, { id, direction, depth })).trace;
  }
  const chain = (length: number) => Array.from({ length: length - 1 }, (_, at) => [at, at + 1] as const);

  it('along four hundred lots takes no more statements than along four', async () => {
    const [short] = await graphOf(4, chain(4));
    const long = await graphOf(400, chain(400));
    statements = 0;
    expect((await trace(short!, 'FORWARD')).lots).toHaveLength(3);
    const few = statements;
    expect(few).toBeGreaterThan(0);
    const { lots, edges, truncated } = await trace(long[0]!, 'FORWARD');
    expect(lots.map(({ lot }) => lot.id)).toEqual(long.slice(1));
    expect(lots.at(-1)).toMatchObject({ depth: 399, end: true });
    expect([edges.length, truncated]).toEqual([399, false]);
    expect((await trace(long[399]!, 'BACKWARD')).lots).toHaveLength(399);
    expect(statements).toBe(3 * few);
  });

  it('through a diamond of a million ways finds each lot and each link once', async () => {
    const layers = 20;
    const links = [
      [0, 1],
      [0, 2],
    ] as [number, number][];
    for (let layer = 1; layer < layers; layer++) {
      const at = 2 * layer - 1;
      links.push([at, at + 2], [at, at + 3], [at + 1, at + 2], [at + 1, at + 3]);
    }
    const ids = await graphOf(1 + 2 * layers, links);
    statements = 0;
    const { lots, edges } = await trace(ids[0]!, 'FORWARD');
    expect([lots.length, edges.length]).toEqual([2 * layers, links.length]);
    expect(lots.at(-1)!.depth).toBe(layers);
    expect(statements).toBeLessThan(10);
  });

  it('around a loop of rework comes to an end', async () => {
    const ids = await graphOf(5, [
      [0, 1],
      [1, 2],
      [2, 1],
      [2, 3],
      [3, 0],
      [4, 0],
    ]);
    const found = ({ lots }: Trace) => lots.map(({ lot }) => lot.id).sort();
    expect(found(await trace(ids[0]!, 'FORWARD'))).toEqual([ids[1]!, ids[2]!, ids[3]!].sort());
    expect(found(await trace(ids[0]!, 'BACKWARD'))).toEqual([ids[1]!, ids[2]!, ids[3]!, ids[4]!].sort());
    const both = await trace(ids[0]!, 'BOTH');
    expect(both.lots).toContainEqual({ lot: { id: ids[1] }, depth: 1, direction: 'BOTH', end: false });
    expect(both.lots).toContainEqual({ lot: { id: ids[4] }, depth: 1, direction: 'BACKWARD', end: true });
    expect(both.edges).toHaveLength(6);
  });

  it('that finds more than ten thousand lots says that there are more', async () => {
    const fan = Array.from({ length: 10_500 }, (_, at) => [0, at + 1] as const);
    const [start] = await graphOf(10_501, fan);
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD) { truncated lots { depth } } } }`;
    const found = await fieldOf<{ trace: Trace }>(mes, query, { id: start });
    expect([found.trace.truncated, found.trace.lots.length]).toEqual([true, 9_999]);
  });

  it('finds what a naive walk finds, each lot by its shortest way', async () => {
    const size = 12;
    const node = fc.nat(size - 1);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(node, node), { maxLength: 40 }), async (drawn) => {
        const links = drawn.filter(([from, to]) => from !== to);
        const ids = await graphOf(size, links);
        for (const direction of ['FORWARD', 'BACKWARD']) {
          const along = direction === 'FORWARD' ? links : links.map(([from, to]) => [to, from] as const);
          const depths = new Map([[0, 0]]);
          for (let depth = 1; depth <= size; depth++) {
            for (const [from, to] of along) {
              if (depths.get(from) === depth - 1 && !depths.has(to)) depths.set(to, depth);
            }
          }
          const { lots, edges } = await trace(ids[0]!, direction);
          const found = Object.fromEntries(lots.map(({ lot, depth }) => [ids.indexOf(lot.id), depth]));
          depths.delete(0);
          expect(found).toEqual(Object.fromEntries(depths));
          const reached = new Set([0, ...depths.keys()]);
          const within = new Set(along.filter(([from]) => reached.has(from)).map((link) => link.join()));
          expect(edges).toHaveLength(within.size);
        }
      }),
      { numRuns: 25 },
    );
  });
});
