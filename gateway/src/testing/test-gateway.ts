/** A running gateway over the test plant, with users of every kind. */
import { createInProcessLiveBus, type LiveBus } from '@enghub/messaging/live';
import { pino } from 'pino';
import { startGateway, type GatewayOptions, type RunningGateway } from '../gateway.ts';
import type { Granted } from '../identity/permissions.ts';
import { inProcessSource } from '../sources/in-process-source.ts';
import { newPlant, testSubgraphs, testSupergraph, type Plant } from './test-graph.ts';
import { startTestIssuer, type TestIssuer } from './test-issuer.ts';

export type Answer = Readonly<{
  status: number;
  headers: Headers;
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; path?: readonly (string | number)[]; extensions: Record<string, unknown> }[];
}>;

export type TestGateway = Readonly<{
  gateway: RunningGateway;
  plant: Plant;
  issuer: TestIssuer;
  live: LiveBus;
  url: string;
  /** Who may do what; tests change it. */
  grants: Map<string, Granted>;
  /** Users whose permissions cannot be looked up. */
  unreachable: Set<string>;
  logLines: string[];
  ask(
    query: string,
    as?: string | null,
    more?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  stop(): Promise<void>;
}>;

const factories = ['factory-sh-01'];
const everything = [
  ...['work_order:view', 'board:view', 'cost:view', 'note:view', 'price:view', 'mes:operate'],
  ...['hr:salary', 'hr:view', 'schema:introspect'],
];

export async function startTestGateway(changes: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const plant = newPlant();
  const subgraphs = testSubgraphs(plant);
  const issuer = await startTestIssuer();
  const live = changes.live ?? createInProcessLiveBus();
  const unreachable = new Set<string>();
  const logLines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void logLines.push(line) });
  const grants = new Map<string, Granted>([
    ['admin', { factories, permissions: everything }],
    ['operator', { factories, permissions: ['work_order:view', 'board:view'] }],
    ['partner', { factories, permissions: ['graph:partner', ...everything] }],
    ['nobody', { factories: [], permissions: [] }],
  ]);
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    supergraphSdl: testSupergraph(),
    sources: (name) => inProcessSource(subgraphs.get(name)!, logger),
    identity: issuer.rules,
    permissions: {
      async for(userId) {
        if (unreachable.has(userId)) throw new Error('the ERP is down');
        return grants.get(userId) ?? null;
      },
    },
    live,
    logger,
    ...changes,
  });

  async function ask(
    query: string,
    as: string | null = 'admin',
    more: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const authorization: Record<string, string> =
      as === null ? {} : { authorization: `Bearer ${await issuer.token(as)}` };
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization, ...headers },
      body: JSON.stringify({ query, ...more }),
    });
    const body = (await response.json()) as Omit<Answer, 'status' | 'headers'>;
    return { ...body, status: response.status, headers: response.headers };
  }

  return {
    gateway,
    plant,
    issuer,
    live,
    grants,
    unreachable,
    logLines,
    ask,
    url: gateway.url,
    async stop() {
      await gateway.stop();
      await live.close();
      await issuer.stop();
    },
  };
}
