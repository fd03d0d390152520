/** Gateway and subgraphs as processes of their own, as `npm run start:distributed` runs them. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pidsOf, type System } from './all-in-one.ts';
import { databaseEnvironment } from './database.ts';
import { freePort } from './free-port.ts';
import { startNode, untilReady, type NodeProcess } from './node-process.ts';
import { servers } from './settings.ts';

const subgraphs = ['mes', 'qms', 'pp', 'eam', 'luaguage-bridge'] as const;
const variable = (name: string, what: string) => `${name.toUpperCase().replaceAll('-', '_')}_${what}`;

export const ourGateway = 'gateway/src/main.ts';
/** The same gateway, but with Apollo's own data source. */
export const stockGateway = 'bench/src/systems/stock-gateway.ts';

export type Distributed = Readonly<{
  subgraphs: ReadonlyMap<string, number>;
  /** A gateway in front of these subgraphs; several may stand side by side. */
  startGateway(name: string, main: string, settings?: Readonly<Record<string, string>>): Promise<System>;
  stop(): Promise<void>;
}>;

export async function startDistributed(
  options: Readonly<{ database: string; profileDirectory?: string | undefined }>,
): Promise<Distributed> {
  const ports = new Map<string, number>();
  for (const name of ['luaguage-simulator', ...subgraphs]) ports.set(name, await freePort());
  const simulator = `http://127.0.0.1:${ports.get('luaguage-simulator')}`;
  const env = {
    ...databaseEnvironment(options.database),
    RABBITMQ_URL: servers.rabbitMqUrl,
    REDIS_URL: servers.redisUrl,
    GATEWAY_SIGNING_KEYS: `bench:${randomBytes(32).toString('hex')}`,
    ENGHUB_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    DOCUMENTS_SIGNING_SECRET: randomBytes(32).toString('hex'),
    DOCUMENTS_DIRECTORY: path.join(tmpdir(), 'enghub-bench-documents'),
    LUAGUAGE_SIMULATOR_PORT: String(ports.get('luaguage-simulator')),
    LUAGUAGE_URL: simulator,
    JWKS_URL: `${simulator}/.well-known/jwks.json`,
    JWT_ISSUER: simulator,
    DEMO_TOKENS_URL: `${simulator}/token`,
    ...Object.fromEntries(subgraphs.map((name) => [variable(name, 'PORT'), String(ports.get(name))])),
    ...Object.fromEntries(
      subgraphs.map((name) => [variable(name, 'SUBGRAPH_URL'), `http://127.0.0.1:${ports.get(name)}/graphql`]),
    ),
  };
  const { profileDirectory } = options;
  const start = (name: string, main: string, more: Record<string, string> = {}) =>
    startNode({ name, main, env: { ...env, ...more }, profileDirectory });

  const behind: NodeProcess[] = [start('luaguage-simulator', 'luaguage-simulator/src/main.ts')];
  for (const name of subgraphs) behind.push(start(name, `subgraphs/${name}/src/main.ts`));
  const gateways: NodeProcess[] = [];
  const stop = async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await Promise.all(behind.map((process) => process.stop()));
  };

  return {
    subgraphs: pidsOf(behind),
    async startGateway(name, main, settings = {}) {
      const port = await freePort();
      const gateway = start(name, main, { ...settings, PORT: String(port) });
      gateways.push(gateway);
      const url = `http://127.0.0.1:${port}`;
      await untilReady(url, [...behind, gateway]);
      return { url, processes: pidsOf([gateway, ...behind]), stop };
    },
    stop,
  };
}
