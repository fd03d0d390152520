import { createRequire } from 'node:module';
import { parse, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { loadGraph, type GraphOperation } from './apollo-adapter.ts';
import { inProcessSource } from './sources/in-process-source.ts';
import { withoutEnforcedSecurityLinks } from './supergraph-view.ts';
import { newPlant, testSubgraphs, testSupergraph } from './testing/test-graph.ts';
import { contextOf, viewerOf } from './viewer.ts';

const logger = pino({ level: 'silent' });
const viewer = viewerOf({ tenantId: 't', factoryIds: [], userId: 'u', permissions: [], language: 'en', traceId: 'x' });
const operationOf = (text: string): GraphOperation => {
  const document = parse(text);
  return { document, operation: document.definitions[0] as OperationDefinitionNode, queryHash: text, variables: {} };
};

it('is written for these versions; after an upgrade, read the private fields again', () => {
  const require = createRequire(import.meta.url);
  for (const name of ['gateway', 'query-planner', 'federation-internals']) {
    // Some of them do not export their package.json, so it is found beside their entry.
    const entry = require.resolve(`@apollo/${name}`);
    const { version } = require(entry.replace(/dist\/.*$/, 'package.json')) as { version: string };
    expect(version).toBe('2.14.4');
  }
});

it('executes a query over several subgraphs, and a subscription once per event', async () => {
  const subgraphs = testSubgraphs(newPlant());
  const graph = await loadGraph(testSupergraph(), (name) => inProcessSource(subgraphs.get(name)!, logger), logger);
  const query = operationOf('{ workOrders(first: 1) { number inspections { result } } }');
  expect(await graph.execute(query, contextOf(viewer))).toEqual({
    data: { workOrders: [{ number: 'N-wo-1', inspections: [{ result: 'PASS' }, { result: 'FAIL' }] }] },
  });
  const event = operationOf(
    'subscription { shiftBoard(stationId: "s", shiftDate: "d") { shift workOrder { number inspections { result } } } }',
  );
  expect(await graph.executeEvent(event, contextOf(viewer))).toEqual({
    data: {
      shiftBoard: {
        shift: 'day',
        workOrder: { number: 'N-wo-1', inspections: [{ result: 'PASS' }, { result: 'FAIL' }] },
      },
    },
  });
  await expect(graph.execute(event, contextOf(viewer))).rejects.toThrow('not supported');
  await graph.stop();
});

it('does not phone home', () => {
  expect(process.env.APOLLO_TELEMETRY_DISABLED).toBe('true');
});

it('takes only what the guard enforces out of the security links', async () => {
  const view = withoutEnforcedSecurityLinks(testSupergraph());
  expect(view).toContain('requiresScopes/v0.1"');
  const policy = view.replace('@link(', '@link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY) @link(');
  await expect(loadGraph(policy, () => ({ process: async () => ({}) }), logger)).rejects.toThrow();
});
