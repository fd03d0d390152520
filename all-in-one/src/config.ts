import { documentEnvironment, type DocumentEnvironment } from '@enghub/luaguage-bridge/documents/settings';
import { erpAddress, erpEnvironment } from '@enghub/luaguage-bridge/config';
import { gatewaySettings, settingsFrom, type GatewaySettings } from '@enghub/gateway/settings';
import { isDemonstration, productionProblems } from '@enghub/subgraph-kit/production-settings';
import { checked, postgresUrl } from '@enghub/subgraph-kit/settings';
import { readFactoryUrls, type FactoryUrls } from '@enghub/messaging/factory-urls';
import { readMasterKeys, type MasterKeys } from '@enghub/encryption/master-keys';
import path from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

const environment = z.object({
  PORT: port.default(4000),
  HOST: z.string().default('127.0.0.1'),
  ENGHUB_DATA_DIR: z.string().default('.enghub'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('warn'),
  /** The plant log that the first start imports; "off" starts with an empty plant. */
  ENGHUB_IMPORT: z.string().default('examples/production-log-2012.csv'),
  MES_DATABASE_URL: postgresUrl.optional(),
  QMS_DATABASE_URL: postgresUrl.optional(),
  PP_DATABASE_URL: postgresUrl.optional(),
  EAM_DATABASE_URL: postgresUrl.optional(),
  LUAGUAGE_BRIDGE_DATABASE_URL: postgresUrl.optional(),
  MES_READ_DATABASE_URL: postgresUrl.optional(),
  QMS_READ_DATABASE_URL: postgresUrl.optional(),
  EAM_READ_DATABASE_URL: postgresUrl.optional(),
  RABBITMQ_URL: z
    .string()
    .regex(/^amqps?:\/\//, 'must start with amqp:// or amqps://')
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  ...erpEnvironment,
  LUAGUAGE_URL: erpEnvironment.LUAGUAGE_URL.optional(),
  RABBITMQ_PREFIX: z.string().optional(),
  RABBITMQ_FACTORY_URLS: z.string().transform(checked(readFactoryUrls)).optional(),
  ...gatewaySettings,
  ...documentEnvironment,
  NOTIFICATIONS_KEEP_READ_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  JWKS_URL: z.url().optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().default('enghub'),
  ENGHUB_ENCRYPTION_KEYS: z.string().transform(checked(readMasterKeys)).optional(),
  NODE_ENV: z.string().optional(),
  LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION: z.stringbool().default(false),
});

export type SubgraphName = 'mes' | 'qms' | 'pp' | 'eam' | 'luaguage-bridge';

export type Config = Readonly<{
  port: number;
  host: string;
  dataDirectory: string;
  logLevel: z.infer<typeof environment>['LOG_LEVEL'];
  importFile: string | null;
  databaseUrls: Readonly<Record<SubgraphName, string | null>>;
  /** Replicas of the subgraphs that have reads for one. */
  readDatabaseUrls: Readonly<Partial<Record<SubgraphName, string | undefined>>>;
  rabbitMqUrl: string | null;
  redisUrl: string | null;
  /** Keeps systems apart that share a broker. */
  rabbitMqPrefix: string | undefined;
  /** Plants with a vhost of their own. */
  factoryUrls: FactoryUrls | undefined;
  settings: GatewaySettings;
  luaguageUrl: string | null;
  /** How the ERP is shown who we are. */
  luaguageAccess: ReturnType<typeof erpAddress>;
  singleTenantId: string | undefined;
  /** Null for a key of its own in the data directory. */
  masterKeys: MasterKeys | null;
  keepReadNotificationsDays: number;
  webhookSecret: string | undefined;
  /** A folder and a secret of their own in the data directory stand in for what is not given. */
  documents: DocumentEnvironment;
  /** The simulator hands out tokens without a password: in production somebody has to say that this is meant. */
  simulatorAllowed: boolean;
  /** Null while the simulator issues the tokens. */
  identity: Readonly<{ jwksUrl: string; issuer: string }> | null;
  audience: string;
}>;

/** Reads the environment, or throws one error that names everything that is wrong with it. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, root: string): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = environment.safeParse(given);
  const problems = [...(read.success ? [] : [z.prettifyError(read.error)]), ...productionProblems(env)];
  if (env.NODE_ENV === 'production' && !env.LUAGUAGE_URL && !isDemonstration(env)) {
    problems.push(
      'LUAGUAGE_URL: in production the simulator does not stand in for the ERP; LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION=true if you mean it',
    );
  }
  if (!read.success || problems.length > 0) {
    throw new Error(`The configuration is not usable:\n${problems.join('\n')}`);
  }
  const it = read.data;
  if (it.LUAGUAGE_URL && !(it.JWKS_URL && it.JWT_ISSUER)) {
    throw new Error(
      'LUAGUAGE_URL replaces the simulator, which issues the demo tokens: set JWKS_URL and JWT_ISSUER too.',
    );
  }
  return {
    port: it.PORT,
    host: it.HOST,
    dataDirectory: path.resolve(root, it.ENGHUB_DATA_DIR),
    logLevel: it.LOG_LEVEL,
    importFile: it.ENGHUB_IMPORT === 'off' ? null : path.resolve(root, it.ENGHUB_IMPORT),
    databaseUrls: {
      mes: it.MES_DATABASE_URL ?? null,
      qms: it.QMS_DATABASE_URL ?? null,
      pp: it.PP_DATABASE_URL ?? null,
      eam: it.EAM_DATABASE_URL ?? null,
      'luaguage-bridge': it.LUAGUAGE_BRIDGE_DATABASE_URL ?? null,
    },
    readDatabaseUrls: {
      mes: it.MES_READ_DATABASE_URL,
      qms: it.QMS_READ_DATABASE_URL,
      eam: it.EAM_READ_DATABASE_URL,
    },
    rabbitMqUrl: it.RABBITMQ_URL ?? null,
    redisUrl: it.REDIS_URL ?? null,
    rabbitMqPrefix: it.RABBITMQ_PREFIX,
    factoryUrls: it.RABBITMQ_FACTORY_URLS,
    settings: settingsFrom(it),
    luaguageUrl: it.LUAGUAGE_URL ?? null,
    luaguageAccess: erpAddress(it),
    singleTenantId: it.LUAGUAGE_TENANT_ID,
    masterKeys: it.ENGHUB_ENCRYPTION_KEYS ?? null,
    keepReadNotificationsDays: it.NOTIFICATIONS_KEEP_READ_DAYS,
    webhookSecret: it.LUAGUAGE_WEBHOOK_SECRET,
    documents: it,
    simulatorAllowed: it.NODE_ENV !== 'production' || it.LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION,
    identity: it.JWKS_URL && it.JWT_ISSUER ? { jwksUrl: it.JWKS_URL, issuer: it.JWT_ISSUER } : null,
    audience: it.JWT_AUDIENCE,
  };
}
