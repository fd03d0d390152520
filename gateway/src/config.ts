import { productionProblems } from '@enghub/subgraph-kit/production-settings';
import { readSigningKeys, type SigningKeys } from '@enghub/subgraph-kit/signed-context';
import { z } from 'zod';
import { gatewaySettings, settingsFrom, type GatewaySettings } from './settings.ts';

export type Config = Readonly<{
  host: string;
  port: number;
  /** By subgraph name; the supergraph's own URL counts where none is given. */
  subgraphUrls: ReadonlyMap<string, string>;
  rabbitMqUrl: string;
  /** Keeps systems apart that share a broker. */
  rabbitMqPrefix: string | undefined;
  jwksUrl: string;
  issuer: string;
  audience: string;
  signingKeys: SigningKeys;
  demoTokensUrl: string | undefined;
  allowedOrigins: readonly string[];
  logLevel: string;
  /** Undefined where each gateway keeps to itself what it counts and remembers. */
  redisUrl: string | undefined;
  settings: GatewaySettings;
}>;

export type ReadConfig = Readonly<{ ok: true; config: Config } | { ok: false; problems: string }>;

const url = z.url();
const port = z.coerce.number().int().min(0).max(65_535);

const schema = z.object({
  GATEWAY_PORT: port.optional(),
  PORT: port.optional(),
  GATEWAY_HOST: z.string().default('127.0.0.1'),
  RABBITMQ_URL: z.url({
    protocol: /^amqps?$/,
    error: 'the gateway hears of changes over RabbitMQ: give an amqp:// URL',
  }),
  RABBITMQ_PREFIX: z.string().optional(),
  JWKS_URL: z.url({ protocol: /^https?$/, error: "where the token issuer's keys are: give an http(s):// URL" }),
  JWT_ISSUER: z.string({ error: 'the "iss" of the tokens to accept' }).min(1),
  JWT_AUDIENCE: z.string().default('enghub'),
  GATEWAY_SIGNING_KEYS: z
    .string({ error: 'the secret that subgraphs know the gateway by: "kid:secret"' })
    .transform((text, context) => {
      try {
        return readSigningKeys(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
  DEMO_TOKENS_URL: url.optional(),
  GATEWAY_ALLOWED_ORIGINS: z.string().default(''),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'give a redis:// or rediss:// URL' }).optional(),
  ...gatewaySettings,
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  subgraphUrls: z.record(z.string(), url),
});

const SUBGRAPH_URL = /^([A-Z][A-Z0-9_]*)_SUBGRAPH_URL$/;

/** Reads the environment, or lists everything that is wrong with it. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ReadConfig {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const subgraphUrls = Object.fromEntries(
    given.filter(([name]) => SUBGRAPH_URL.test(name)).map(([name, value]) => [subgraphName(name), value]),
  );
  const read = schema.safeParse({ ...Object.fromEntries(given), subgraphUrls });
  const problems = [...(read.success ? [] : [z.prettifyError(read.error)]), ...productionProblems(environment)];
  if (!read.success || problems.length > 0) return { ok: false, problems: problems.join('\n') };
  const { data } = read;
  return {
    ok: true,
    config: {
      host: data.GATEWAY_HOST,
      port: data.GATEWAY_PORT ?? data.PORT ?? 4000,
      subgraphUrls: new Map(Object.entries(data.subgraphUrls)),
      rabbitMqUrl: data.RABBITMQ_URL,
      rabbitMqPrefix: data.RABBITMQ_PREFIX,
      jwksUrl: data.JWKS_URL,
      issuer: data.JWT_ISSUER,
      audience: data.JWT_AUDIENCE,
      signingKeys: data.GATEWAY_SIGNING_KEYS,
      demoTokensUrl: data.DEMO_TOKENS_URL,
      allowedOrigins: data.GATEWAY_ALLOWED_ORIGINS.split(',')
        .map((it) => it.trim())
        .filter(Boolean),
      logLevel: data.LOG_LEVEL,
      redisUrl: data.REDIS_URL,
      settings: settingsFrom(data),
    },
  };
}

/** LUAGUAGE_BRIDGE_SUBGRAPH_URL is about luaguage-bridge. */
const subgraphName = (variable: string): string => SUBGRAPH_URL.exec(variable)![1]!.toLowerCase().replaceAll('_', '-');
