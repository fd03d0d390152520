import { createHash } from 'node:crypto';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { contractOf, type ContractName } from './contracts/contract-of.ts';

/** Who asks, after the gateway has checked it. */
export type Viewer = Readonly<{
  claims: Claims;
  permissions: ReadonlySet<string>;
  /** Equal for equal permission sets, whatever their role is called: decisions are cached by it. */
  permissionsKey: string;
  contract: ContractName;
  isSignedIn: boolean;
}>;

/** What one request carries through the gateway. */
export type GatewayContext = Readonly<{
  viewer: Viewer;
  /** Each subgraph's own context, made at its first fetch: its DataLoaders live as long as this request. */
  subgraphContexts: Map<string, unknown>;
}>;

export const contextOf = (viewer: Viewer): GatewayContext => ({ viewer, subgraphContexts: new Map() });

/** The same request, to which subgraphs answer what is there now and nothing that lags. */
export const answeredCurrent = (context: GatewayContext): GatewayContext => ({
  ...context,
  viewer: { ...context.viewer, claims: { ...context.viewer.claims, mustBeCurrent: true } },
});

/** A visitor without a token: may ask only for what nothing guards. */
export function anonymous(request: Pick<Claims, 'language' | 'traceId'>): Viewer {
  return viewerOf({ tenantId: '', factoryIds: [], userId: '', permissions: [], ...request });
}

export function viewerOf(claims: Claims): Viewer {
  const isSignedIn = claims.userId !== '';
  return {
    claims,
    permissions: new Set(claims.permissions),
    permissionsKey: permissionsKeyOf(claims.permissions, isSignedIn),
    contract: contractOf(claims.permissions),
    isSignedIn,
  };
}

// One permission list object serves many requests (it is cached per user), so its key is worked out once.
const keys = new WeakMap<readonly string[], string>();

function permissionsKeyOf(permissions: readonly string[], isSignedIn: boolean): string {
  if (!isSignedIn) return 'anonymous';
  const known = keys.get(permissions);
  if (known) return known;
  const key = createHash('sha256')
    .update([...new Set(permissions)].sort().join('\n'))
    .digest('base64url')
    .slice(0, 22);
  keys.set(permissions, key);
  return key;
}
