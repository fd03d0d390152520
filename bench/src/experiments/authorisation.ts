/** What it costs to decide who may see what: a verdict that is remembered, for new permissions, and for a new document. */
import { loadGraph, type GraphOperation } from '@enghub/gateway/apollo-adapter';
import { createGuard, type Guard } from '@enghub/gateway/authorisation/guard';
import { readNeeds } from '@enghub/gateway/authorisation/read-needs';
import { selectionTrees } from '@enghub/gateway/authorisation/selection-tree';
import { viewerOf, type Viewer } from '@enghub/gateway/viewer';
import { getOperationAST, parse, validate } from 'graphql';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { alternate, spreadOf } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { root } from '../systems/node-process.ts';
import type { RunOptions } from '../systems/settings.ts';

const floor = readFileSync(`${root}schema/operations/Floor.graphql`, 'utf8');
const supergraphSdl = readFileSync(`${root}schema/supergraph.graphql`, 'utf8');

const enough = ['work_order:view', 'product:view', 'inspection:view', 'equipment:view', 'oee:view'];
const tooFew = ['work_order:view'];

const kinds = {
  'remembered, all allowed': 'the same document and permissions again',
  'remembered, some denied': 'the same, for somebody who may see a part of it',
  'new permissions, all allowed': 'a set of permissions that was never seen',
  'new permissions, some denied': 'the same, with the document cut down to what is left',
  'new document': 'a document and permissions that were never seen',
  'parse and validate': 'what graphql-js needs for a document before anything else',
} as const;
type Kind = keyof typeof kinds;

const operationOf = (text: string): GraphOperation => {
  const document = parse(text);
  const queryHash = createHash('sha256').update(text).digest('hex');
  return { document, operation: getOperationAST(document, null)!, queryHash, variables: {} };
};

let people = 0;
const viewerWith = (permissions: readonly string[], isNew = false): Viewer => {
  people += 1;
  const own = isNew ? [...permissions, `own:${people}`] : permissions;
  const claims = { tenantId: 't', factoryIds: ['f'], userId: 'u', language: 'en', traceId: '0' } as const;
  return viewerOf({ ...claims, permissions: own });
};

export async function authorisation({ rounds, seconds }: RunOptions): Promise<Result> {
  const nobody = () => {
    throw new Error('nothing is fetched here');
  };
  const graph = await loadGraph(supergraphSdl, () => ({ process: nobody }), pino({ level: 'silent' }));
  const guard: Guard = createGuard(graph.apiSchema, readNeeds(supergraphSdl), selectionTrees(graph.apiSchema));
  const known = operationOf(floor);
  let documents = 0;
  const newDocument = () => operationOf(floor.replace('query Floor', `query Floor${(documents += 1)}`));
  const allowed = await guard.judge(known, viewerWith(enough));
  const denied = await guard.judge(known, viewerWith(tooFew));
  if (!allowed.allowed || denied.allowed)
    throw new Error('the permissions of this measurement no longer fit the graph');

  const [all, some] = [viewerWith(enough), viewerWith(tooFew)];
  /** Each makes what it needs before the clock starts. */
  const works: Record<Kind, () => () => unknown> = {
    'remembered, all allowed': () => () => guard.judge(known, all),
    'remembered, some denied': () => () => guard.judge(known, some),
    'new permissions, all allowed': () => {
      const viewer = viewerWith(enough, true);
      return () => guard.judge(known, viewer);
    },
    'new permissions, some denied': () => {
      const viewer = viewerWith(tooFew, true);
      return () => guard.judge(known, viewer);
    },
    'new document': () => {
      const [operation, viewer] = [newDocument(), viewerWith(enough, true)];
      return () => guard.judge(operation, viewer);
    },
    'parse and validate': () => () => validate(graph.apiSchema, parse(floor)),
  };

  const measure = async (kind: Kind): Promise<number> => {
    const until = performance.now() + seconds * 1000;
    let [spent, times] = [0, 0];
    while (performance.now() < until) {
      const batch = Array.from({ length: 50 }, works[kind]);
      const startedAt = performance.now();
      for (const work of batch) await work();
      spent += performance.now() - startedAt;
      times += batch.length;
    }
    return (spent / times) * 1000;
  };

  try {
    const names = Object.keys(kinds) as Kind[];
    for (const name of names) await measure(name);
    const candidates = new Map(names.map((name) => [name, () => measure(name)]));
    const samples = await alternate(candidates, rounds, (name, round, us) =>
      console.log(`${round + 1}/${rounds} ${name}: ${figure(us)} µs`),
    );
    return asResult(samples, rounds, seconds);
  } finally {
    await graph.stop();
  }
}

function asResult(samples: ReadonlyMap<Kind, readonly number[]>, rounds: number, seconds: number): Result {
  const spread = (kind: Kind) => spreadOf(samples.get(kind)!, (it) => it);
  const peer = spread('parse and validate').median;
  const shareOf = (kind: Kind) => spread(kind).median / peer;
  const limits = [
    ['remembered, all allowed', 0.05],
    ['new permissions, all allowed', 1],
    ['new document', 1],
  ] as const;
  return {
    name: 'authorisation',
    title: 'Deciding who may see what',
    targets: limits.map(([kind, limit]) => ({
      what: `${kind}: of the time to parse and validate the document`,
      limit: `≤ ${limit}`,
      measured: figure(shareOf(kind)),
      met: shareOf(kind) <= limit,
    })),
    tables: [
      {
        title: 'Time for each operation',
        rows: (Object.keys(kinds) as Kind[]).map((kind) => ({
          verdict: kind,
          'what it is': kinds[kind],
          µs: range(spread(kind)),
          'of parsing and validating': figure(shareOf(kind)),
        })),
      },
    ],
    notes: [
      `The guard of the gateway on Floor.graphql and the whole supergraph, in one process, one after the other, ${rounds} rounds of ${seconds} s, by turns. The time to make documents and permissions is not counted.`,
      'A gateway parses and validates a document once and remembers it, so the peer is what a new document costs anyway. Every operation pays the first line.',
    ],
    samples: [...samples].map(([name, each]) => ({ name, rounds: each })),
  };
}
