/** What documents need from outside, as environment variables and as the subgraph takes it. */
import { z } from 'zod';
import type { ReceivingTimes } from './receiving.ts';
import type { S3Settings, StorageSettings } from './storage.ts';

export type DocumentSettings = Readonly<{
  storage: StorageSettings;
  /** Signs URLs; all bridges of a system have the same. */
  signingSecret: string;
  /** Where clients find the system; without it the URLs of files are relative to where they found the graph. */
  publicUrl?: string | undefined;
  maxBytes?: number | undefined;
  maxParallel?: number | undefined;
  times?: ReceivingTimes | undefined;
}>;

export const defaultLimits = { maxBytes: 50 * 1024 * 1024, maxParallel: 8 };

export const documentEnvironment = {
  /** Where files are kept unless a bucket is given. */
  DOCUMENTS_DIRECTORY: z.string().optional(),
  DOCUMENTS_S3_BUCKET: z.string().optional(),
  DOCUMENTS_S3_REGION: z.string().optional(),
  /** Of a service that is not Amazon's. */
  DOCUMENTS_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  DOCUMENTS_S3_ACCESS_KEY_ID: z.string().optional(),
  DOCUMENTS_S3_SECRET_ACCESS_KEY: z.string().optional(),
  DOCUMENTS_SIGNING_SECRET: z.string().min(32).optional(),
  DOCUMENTS_MAX_BYTES: z.coerce.number().int().min(1).max(2_000_000_000).default(defaultLimits.maxBytes),
  DOCUMENTS_MAX_PARALLEL: z.coerce.number().int().min(1).max(1_000).default(defaultLimits.maxParallel),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
};

export type DocumentEnvironment = Readonly<z.infer<z.ZodObject<typeof documentEnvironment>>>;

/** Throws when half of what belongs together is missing. */
export function documentSettings(
  env: DocumentEnvironment,
  own: Readonly<{ directory?: string; signingSecret?: () => string }> = {},
): DocumentSettings {
  const s3 = bucketOf(env);
  const directory = env.DOCUMENTS_DIRECTORY ?? own.directory;
  if (!s3 && directory === undefined)
    throw new Error('Say where documents are kept: DOCUMENTS_DIRECTORY or DOCUMENTS_S3_BUCKET.');
  const signingSecret = env.DOCUMENTS_SIGNING_SECRET ?? own.signingSecret?.();
  if (signingSecret === undefined)
    throw new Error('Set DOCUMENTS_SIGNING_SECRET: the links to documents are signed with it.');
  return {
    storage: s3 ? { s3 } : { directory: directory! },
    signingSecret,
    publicUrl: env.PUBLIC_URL,
    maxBytes: env.DOCUMENTS_MAX_BYTES,
    maxParallel: env.DOCUMENTS_MAX_PARALLEL,
  };
}

function bucketOf(env: DocumentEnvironment): S3Settings | null {
  const names = [
    'DOCUMENTS_S3_BUCKET',
    'DOCUMENTS_S3_REGION',
    'DOCUMENTS_S3_ACCESS_KEY_ID',
    'DOCUMENTS_S3_SECRET_ACCESS_KEY',
  ] as const;
  const missing = names.filter((name) => env[name] === undefined);
  if (missing.length === names.length && env.DOCUMENTS_S3_ENDPOINT === undefined) return null;
  if (missing.length > 0) throw new Error(`${names.join(', ')} belong together: set ${missing.join(', ')}.`);
  return {
    bucket: env.DOCUMENTS_S3_BUCKET!,
    region: env.DOCUMENTS_S3_REGION!,
    endpoint: env.DOCUMENTS_S3_ENDPOINT,
    accessKeyId: env.DOCUMENTS_S3_ACCESS_KEY_ID!,
    secretAccessKey: env.DOCUMENTS_S3_SECRET_ACCESS_KEY!,
  };
}
