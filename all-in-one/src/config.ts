import { erpAddress, erpEnvironment } from '@enghub/luaguage-bridge/config';
import path from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgresql://');

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
  JWKS_URL: z.url().optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().default('enghub'),
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
  rabbitMqUrl: string | null;
  redisUrl: string | null;
  luaguageUrl: string | null;
  /** How the ERP is shown who we are. */
  luaguageAccess: ReturnType<typeof erpAddress>;
  singleTenantId: string | undefined;
  webhookSecret: string | undefined;
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
  if (!read.success) throw new Error(`The configuration is not usable:\n${z.prettifyError(read.error)}`);
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
    rabbitMqUrl: it.RABBITMQ_URL ?? null,
    redisUrl: it.REDIS_URL ?? null,
    luaguageUrl: it.LUAGUAGE_URL ?? null,
    luaguageAccess: erpAddress(it),
    singleTenantId: it.LUAGUAGE_TENANT_ID,
    webhookSecret: it.LUAGUAGE_WEBHOOK_SECRET,
    simulatorAllowed: it.NODE_ENV !== 'production' || it.LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION,
    identity: it.JWKS_URL && it.JWT_ISSUER ? { jwksUrl: it.JWKS_URL, issuer: it.JWT_ISSUER } : null,
    audience: it.JWT_AUDIENCE,
  };
}
