/** How often a user may call: R2.1's limits on commands, and general ones that keep one client from starving the rest. */
import { GraphQLError } from 'graphql';
import type { GraphOperation } from '../apollo-adapter.ts';
import type { Viewer } from '../viewer.ts';
import type { Counters, Taken } from './counters.ts';
import type { CommandMeter } from './command-meter.ts';

/** Calls a minute; 0 is no limit. */
export type Rates = Readonly<{
  /** Commands that need a scope work_order:…, per user. */
  workOrderCommands: number;
  /** Commands that need a scope report:…, per user. */
  reportCommands: number;
  /** Operations and all other commands, per user. */
  operations: number;
  /** In place of each of these, for users who hold the scope `command:bulk`: imports and machines. */
  bulk: number;
  /** Requests without a token or with a bad one, per address. */
  strangers: number;
  /** Requests of any kind, per address and gateway. */
  address: number;
}>;

export const defaultRates: Rates = {
  workOrderCommands: 100,
  reportCommands: 200,
  operations: 3_000,
  bulk: 60_000,
  strangers: 300,
  address: 60_000,
};

export const BULK_SCOPE = 'command:bulk';

export type TooFast = Readonly<{ retryAfterSeconds: number }>;

export type RateLimits = Readonly<{
  /** One more request from an address, whoever sends it. */
  ofAddress(address: string): Promise<TooFast | null>;
  /** One more request of nobody we know. */
  ofStranger(address: string): Promise<TooFast | null>;
  /** One more operation of a signed-in user, or of a visitor. */
  ofViewer(viewer: Viewer, address: string): Promise<TooFast | null>;
  /** The commands of one operation, all of them or none. */
  ofCommands(operation: GraphOperation, viewer: Viewer): Promise<GraphQLError | null>;
}>;

/** `shared` counts for all gateways together, `own` for this process. */
export function createRateLimits(
  rates: Rates,
  meter: CommandMeter,
  { shared, own }: Readonly<{ shared: Counters; own: Counters }>,
): RateLimits {
  const take = async (counters: Counters, name: string, key: string, limit: number, times = 1) =>
    limit === 0 || times === 0 ? null : tooFast(await counters.take(name, key, times, limit));

  const ofStranger = (address: string) => take(shared, 'strangers', address, rates.strangers);
  const limitOf = (name: 'workOrderCommands' | 'reportCommands' | 'operations', viewer: Viewer) =>
    viewer.permissions.has(BULK_SCOPE) && rates[name] > 0 ? rates.bulk : rates[name];

  return {
    ofStranger,
    ofAddress: (address) => take(own, 'address', address, rates.address),
    ofViewer: (viewer, address) =>
      viewer.isSignedIn
        ? take(shared, 'operations', userKey(viewer), limitOf('operations', viewer))
        : ofStranger(address),
    async ofCommands(operation, viewer) {
      if (!viewer.isSignedIn) return null;
      for (const [name, times] of meter(operation)) {
        const limit = limitOf(name, viewer);
        // Waiting would not help.
        if (limit > 0 && times > limit) return tooManyAtOnce(times, limit);
        const late = await take(shared, name, userKey(viewer), limit, times);
        if (late) return rateLimited(late);
      }
      return null;
    },
  };
}

const userKey = ({ claims }: Viewer): string => JSON.stringify([claims.tenantId, claims.userId]);

const tooFast = (taken: Taken): TooFast | null =>
  taken.ok ? null : { retryAfterSeconds: Math.max(1, Math.ceil(taken.waitMs / 1000)) };

export const RATE_LIMITED = 'RATE_LIMITED';

export const rateLimitedText = ({ retryAfterSeconds }: TooFast): string =>
  `Too many calls. Try again in ${retryAfterSeconds} seconds.`;

export const rateLimited = (late: TooFast): GraphQLError =>
  new GraphQLError(rateLimitedText(late), { extensions: { code: RATE_LIMITED, ...late } });

const tooManyAtOnce = (times: number, limit: number): GraphQLError =>
  new GraphQLError(
    `The request counts as ${times} commands; at most ${limit} are allowed a minute. Send smaller ones.`,
    {
      extensions: { code: 'TOO_MANY_COMMANDS', http: { status: 400 } },
    },
  );
