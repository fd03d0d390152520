import type { Language } from '@enghub/subgraph-kit/claims';
import { anonymous, viewerOf, type Viewer } from '../viewer.ts';
import type { Permissions } from './permissions.ts';
import type { TokenVerifier, VerifiedToken } from './verify-token.ts';

export type RequestTraits = Readonly<{
  language: Language;
  traceId: string;
  origin?: string | null;
  /** The one plant that this request is to see; null is all that the user may see. */
  factoryId?: string | null;
}>;

/** Why nobody could be identified. All bad tokens are one reason: the answer must not tell which lock held. */
export type IdentityRefusal =
  'UNAUTHENTICATED' | 'REAUTHENTICATION_REQUIRED' | 'IDENTITY_UNAVAILABLE' | 'FACTORY_NOT_ALLOWED';

export type Identified =
  | Readonly<{ ok: true; viewer: Viewer; token: VerifiedToken | null }>
  | Readonly<{ ok: false; refusal: IdentityRefusal }>;

export type Identity = Readonly<{
  /** From the Authorization header, as sent. */
  identify(authorization: string | undefined, traits: RequestTraits): Promise<Identified>;
  /** With the permissions of this moment, for a token that was verified before. */
  viewerFor(token: VerifiedToken, traits: RequestTraits): Promise<Identified>;
}>;

/** Tenant and user come from the token, factories and permissions from the permission source, nothing from the client. */
export function createIdentity(verify: TokenVerifier, permissions: Permissions): Identity {
  async function viewerFor(token: VerifiedToken, traits: RequestTraits): Promise<Identified> {
    const { userId, tenantId } = token;
    const answer = await permissions.for(userId, tenantId);
    if (!answer.ok) {
      return { ok: false, refusal: answer.reason === 'UNKNOWN_USER' ? 'UNAUTHENTICATED' : 'REAUTHENTICATION_REQUIRED' };
    }
    const { factoryId = null, ...request } = traits;
    const { factories, permissions: held } = answer.granted;
    // One that does not exist and one of others look the same from here.
    if (factoryId !== null && !factories.includes(factoryId)) return { ok: false, refusal: 'FACTORY_NOT_ALLOWED' };
    const factoryIds = factoryId === null ? factories : [factoryId];
    return { ok: true, token, viewer: viewerOf({ tenantId, userId, factoryIds, permissions: held, ...request }) };
  }

  return {
    viewerFor,
    async identify(authorization, traits) {
      if (authorization === undefined) return { ok: true, viewer: visitor(traits), token: null };
      const [, bearer] = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization) ?? [];
      if (!bearer) return { ok: false, refusal: 'UNAUTHENTICATED' };
      const verdict = await verify(bearer);
      if (verdict.ok) return viewerFor(verdict.token, traits);
      return { ok: false, refusal: verdict.reason === 'INVALID' ? 'UNAUTHENTICATED' : 'IDENTITY_UNAVAILABLE' };
    },
  };
}

const visitor = ({ factoryId: _none, ...request }: RequestTraits): Viewer => anonymous(request);

/** What people read; the same for every bad token. */
export const refusalText: Record<IdentityRefusal, string> = {
  UNAUTHENTICATED: 'The token is not valid. Sign in again.',
  REAUTHENTICATION_REQUIRED: 'Your permissions cannot be checked at the moment. Sign in again later.',
  IDENTITY_UNAVAILABLE: 'Tokens cannot be checked at the moment. Try again.',
  FACTORY_NOT_ALLOWED: 'You have no access to this plant.',
};
