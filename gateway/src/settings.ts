/** The settings of the gateway that both ways of running it read. */
import type { BlockList } from 'node:net';
import { z } from 'zod';
import { readProxies } from './identity/request-traits.ts';
import { defaultRates, type Rates } from './limits/rates.ts';

const rate = (usual: number) => z.coerce.number().int().min(0).max(1_000_000).default(usual);

export const gatewaySettings = {
  RATE_WORK_ORDER_COMMANDS: rate(defaultRates.workOrderCommands),
  RATE_REPORT_COMMANDS: rate(defaultRates.reportCommands),
  RATE_OPERATIONS: rate(defaultRates.operations),
  RATE_BULK: rate(defaultRates.bulk),
  RATE_STRANGERS: rate(defaultRates.strangers),
  RATE_ADDRESS: rate(defaultRates.address),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return readProxies(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,50}$/, 'must be letters, digits, dots, dashes')
    .default('enghub'),
  SUBGRAPH_DEADLINE_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
};

export type GatewaySettings = Readonly<{
  rates: Rates;
  trustedProxies: BlockList;
  /** Keeps systems apart that share a Redis. */
  redisPrefix: string;
  subgraphDeadlineMs: number;
}>;

type Read = { [Name in keyof typeof gatewaySettings]: z.infer<(typeof gatewaySettings)[Name]> };

export const settingsFrom = (read: Read): GatewaySettings => ({
  rates: {
    workOrderCommands: read.RATE_WORK_ORDER_COMMANDS,
    reportCommands: read.RATE_REPORT_COMMANDS,
    operations: read.RATE_OPERATIONS,
    bulk: read.RATE_BULK,
    strangers: read.RATE_STRANGERS,
    address: read.RATE_ADDRESS,
  },
  trustedProxies: read.TRUSTED_PROXIES,
  redisPrefix: read.REDIS_PREFIX,
  subgraphDeadlineMs: read.SUBGRAPH_DEADLINE_MS,
});
