import type { SubgraphProcess } from '@enghub/subgraph-kit/run-subgraph';
import { z } from 'zod';
import { documentEnvironment } from './documents/settings.ts';
import type { ErpCredentials } from './erp/credentials.ts';
import type { ErpAddress } from './erp/http.ts';

const erpUrl = z.url({ protocol: /^https?$/ });

/** How the ERP is reached; everything about it but its URL is optional. */
export const erpEnvironment = {
  /** What the ERP signs its webhooks with; at least 16 characters. */
  LUAGUAGE_WEBHOOK_SECRET: z.string().min(16).optional(),
  /** A name or password in it would show up wherever an address does. */
  LUAGUAGE_URL: erpUrl.refine((url) => !/^https?:\/\/[^/]*@/.test(url), 'must not hold a user name or password'),
  /** A bearer token; or a user and a password; or a client that fetches its tokens. */
  LUAGUAGE_TOKEN: z.string().optional(),
  LUAGUAGE_USER: z.string().optional(),
  LUAGUAGE_PASSWORD: z.string().optional(),
  LUAGUAGE_CLIENT_ID: z.string().optional(),
  LUAGUAGE_CLIENT_SECRET: z.string().optional(),
  LUAGUAGE_TOKEN_URL: erpUrl.optional(),
  /** PEM files: an authority of the plant's own, and our certificate with its key. */
  LUAGUAGE_CA_FILE: z.string().optional(),
  LUAGUAGE_CERT_FILE: z.string().optional(),
  LUAGUAGE_KEY_FILE: z.string().optional(),
  LUAGUAGE_TENANT_ID: z.string().optional(),
};

export type ErpEnvironment = Readonly<Partial<z.infer<z.ZodObject<typeof erpEnvironment>>>>;

/** Throws when half of what belongs together is missing: better at the start than at the first question. */
export function erpAddress(env: ErpEnvironment): Omit<ErpAddress, 'url'> {
  return {
    credentials: credentialsOf(env),
    tls: {
      caFile: env.LUAGUAGE_CA_FILE,
      ...together(env, ['LUAGUAGE_CERT_FILE', 'LUAGUAGE_KEY_FILE'], (certificateFile, keyFile) => ({
        certificateFile,
        keyFile,
      })),
    },
  };
}

function credentialsOf(env: ErpEnvironment): ErpCredentials | undefined {
  const ways = [
    env.LUAGUAGE_TOKEN === undefined ? undefined : ({ kind: 'TOKEN', token: env.LUAGUAGE_TOKEN } as const),
    together(env, ['LUAGUAGE_USER', 'LUAGUAGE_PASSWORD'], (user, password) => ({
      kind: 'PASSWORD' as const,
      user,
      password,
    })),
    together(env, ['LUAGUAGE_CLIENT_ID', 'LUAGUAGE_CLIENT_SECRET', 'LUAGUAGE_TOKEN_URL'], (id, secret, tokenUrl) => ({
      kind: 'CLIENT' as const,
      tokenUrl: tokenUrl!,
      clientId: id,
      clientSecret: secret,
    })),
  ].filter((way) => way !== undefined);
  if (ways.length > 1) throw new Error('Choose one of LUAGUAGE_TOKEN, LUAGUAGE_USER and LUAGUAGE_CLIENT_ID.');
  return ways[0];
}

function together<Made>(
  env: ErpEnvironment,
  names: readonly (keyof ErpEnvironment)[],
  make: (...values: [string, string, string?]) => Made,
): Made | undefined {
  const missing = names.filter((name) => env[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) throw new Error(`${names.join(', ')} belong together: set ${missing.join(', ')}.`);
  return make(...(names.map((name) => env[name]) as [string, string, string?]));
}

const environment = {
  ...erpEnvironment,
  ...documentEnvironment,
  /** Where several bridges share what they know. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** How long notifications are kept that were read. */
  NOTIFICATIONS_KEEP_READ_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
};

/** The bridge as a process: LUAGUAGE_BRIDGE_PORT, LUAGUAGE_BRIDGE_DATABASE_URL, and the ERP. */
export const bridgeProcess: SubgraphProcess<typeof environment> = {
  name: 'luaguage-bridge',
  defaultPort: 4005,
  asks: ['mes'],
  environment,
};
