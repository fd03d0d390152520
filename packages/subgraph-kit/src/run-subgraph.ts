/** A subgraph as a process of its own: its environment, its connections, its port, and its orderly end. */
import { readMasterKeys, type MasterKeys } from '@enghub/encryption/master-keys';
import { connectRabbitLiveBus } from '@enghub/messaging/live';
import { readFactoryUrls, type FactoryUrls } from '@enghub/messaging/factory-urls';
import { connectRabbitMq } from '@enghub/messaging/rabbitmq-transport';
import closeWithGrace from 'close-with-grace';
import { pino, type Logger } from 'pino';
import { z } from 'zod';
import { drainServer } from './drain-server.ts';
import { httpGraph } from './graph-port.ts';
import { productionProblems } from './production-settings.ts';
import type { RunningSubgraph } from './running-subgraph.ts';
import { serveHttp } from './serve-http.ts';
import { checked, postgresUrl } from './settings.ts';
import { readSigningKeys, type SigningKeys } from './signed-context.ts';
import type { SubgraphServices } from './start-subgraph.ts';

/** What is particular about a subgraph as a process. */
export type SubgraphProcess<Extra extends z.ZodRawShape = z.ZodRawShape> = Readonly<{
  name: string;
  defaultPort: number;
  /** Subgraphs that it asks; the environment says where they are. */
  asks?: readonly string[];
  /** Variables of its own. */
  environment?: Extra;
}>;

export type ProcessConfig<Extra extends z.ZodRawShape = z.ZodRawShape> = Readonly<{
  port: number;
  host: string;
  databaseUrl: string;
  readDatabaseUrl: string | undefined;
  rabbitMqUrl: string;
  /** Keeps systems apart that share a broker. */
  rabbitMqPrefix: string | undefined;
  /** Plants with a vhost of their own. */
  factoryUrls: FactoryUrls | undefined;
  signingKeys: SigningKeys;
  /** Undefined for a subgraph that encrypts nothing. */
  masterKeys: MasterKeys | undefined;
  logLevel: string;
  subgraphUrls: ReadonlyMap<string, string>;
  own: z.infer<z.ZodObject<Extra>>;
}>;

type Environment = Readonly<Record<string, string | undefined>>;

const CLOSE_WITHIN_MS = 15_000;

/** MES_DATABASE_URL, LUAGUAGE_BRIDGE_PORT … */
const variable = (subgraph: string, what: string) => `${subgraph.toUpperCase().replaceAll('-', '_')}_${what}`;

/** Reads the environment, or throws one error that names everything that is wrong with it. */
export function readProcessConfig<Extra extends z.ZodRawShape>(
  subgraph: SubgraphProcess<Extra>,
  env: Environment,
): ProcessConfig<Extra> {
  const { name, defaultPort, asks = [], environment } = subgraph;
  const own = z.object((environment ?? {}) as Extra);
  const urls = asks.map((other) => [variable(other, 'SUBGRAPH_URL'), z.url({ protocol: /^https?$/ })] as const);
  const schema = z.object({
    [variable(name, 'PORT')]: z.coerce.number().int().min(0).max(65_535).default(defaultPort),
    HOST: z.string().default('127.0.0.1'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    [variable(name, 'DATABASE_URL')]: postgresUrl,
    [variable(name, 'READ_DATABASE_URL')]: postgresUrl.optional(),
    // Between processes there is no other way for events.
    RABBITMQ_URL: z.string().regex(/^amqps?:\/\//, 'must start with amqp:// or amqps://'),
    RABBITMQ_PREFIX: z.string().optional(),
    RABBITMQ_FACTORY_URLS: z.string().transform(checked(readFactoryUrls)).optional(),
    GATEWAY_SIGNING_KEYS: z.string().transform(checked(readSigningKeys)),
    ENGHUB_ENCRYPTION_KEYS: z.string().transform(checked(readMasterKeys)).optional(),
    ...Object.fromEntries(urls),
    ...own.shape,
  });
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = schema.safeParse(given);
  const problems = [...(read.success ? [] : [z.prettifyError(read.error)]), ...productionProblems(env)];
  if (!read.success || problems.length > 0) {
    throw new Error(`The configuration of ${name} is not usable:\n${problems.join('\n')}`);
  }
  const values = read.data as Record<string, never>;
  return {
    port: values[variable(name, 'PORT')]!,
    host: values['HOST']!,
    logLevel: values['LOG_LEVEL']!,
    databaseUrl: values[variable(name, 'DATABASE_URL')]!,
    readDatabaseUrl: values[variable(name, 'READ_DATABASE_URL')],
    rabbitMqUrl: values['RABBITMQ_URL']!,
    rabbitMqPrefix: values['RABBITMQ_PREFIX'],
    factoryUrls: values['RABBITMQ_FACTORY_URLS'],
    signingKeys: values['GATEWAY_SIGNING_KEYS']!,
    masterKeys: values['ENGHUB_ENCRYPTION_KEYS'],
    subgraphUrls: new Map(asks.map((other) => [other, values[variable(other, 'SUBGRAPH_URL')]!])),
    own: own.parse(given),
  };
}

/** Runs until a signal or a fatal error; then what has begun is finished and everything is closed. */
export async function runSubgraph<Extra extends z.ZodRawShape>(
  subgraph: SubgraphProcess<Extra>,
  start: (services: SubgraphServices, own: ProcessConfig<Extra>['own']) => Promise<RunningSubgraph>,
  env: Environment = process.env,
): Promise<void> {
  const { name } = subgraph;
  try {
    const config = readProcessConfig(subgraph, env);
    const logger = pino({ name, level: config.logLevel });
    const closings: (() => Promise<unknown>)[] = [];
    closeWithGrace({ delay: CLOSE_WITHIN_MS, logger }, async ({ err }) => {
      if (err) logger.fatal({ err }, 'ends because of an error');
      for (const close of closings.reverse()) await close();
    });
    await connectAndServe({ subgraph, config, logger, closings, start });
    logger.info({ port: config.port }, 'serves');
  } catch (error) {
    // Whatever is missing at the start is for the person who started it to read.
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

async function connectAndServe<Extra extends z.ZodRawShape>(run: {
  subgraph: SubgraphProcess<Extra>;
  config: ProcessConfig<Extra>;
  logger: Logger;
  closings: (() => Promise<unknown>)[];
  start: (services: SubgraphServices, own: ProcessConfig<Extra>['own']) => Promise<RunningSubgraph>;
}): Promise<void> {
  const { subgraph, config, logger, closings, start } = run;
  const prefix = config.rabbitMqPrefix;
  const transport = await connectRabbitMq({ url: config.rabbitMqUrl, factoryUrls: config.factoryUrls, logger, prefix });
  closings.push(() => transport.close());
  const live = await connectRabbitLiveBus(config.rabbitMqUrl, { logger, prefix });
  closings.push(() => live.close());
  const graph = httpGraph(config.subgraphUrls, config.signingKeys);
  const { databaseUrl, readDatabaseUrl, host, masterKeys, port, signingKeys: keys } = config;
  const readReplica = readDatabaseUrl === undefined ? undefined : { url: readDatabaseUrl };
  const services = { databaseUrl, readReplica, transport, live, graph, logger, masterKeys };
  const running = await start(services, config.own);
  closings.push(() => running.stop());
  const server = await serveHttp(running, { host, port, keys, logger }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    const setting = variable(subgraph.name, 'PORT');
    throw new Error(`Port ${port} is in use by another program; choose another one with ${setting}.`, { cause: error });
  });
  closings.push(() => drainServer(server));
}
