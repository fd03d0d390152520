import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { boundedCache } from '../bounded-cache.ts';

export type TokenRules = Readonly<{
  /** Finds the issuer's public key; `issuerKeys({ url })` in production. */
  keys: JWTVerifyGetKey;
  issuer: string;
  audience: string;
}>;

export type VerifiedToken = Readonly<{ userId: string; tenantId: string; expiresAt: Date }>;

export type TokenVerdict =
  | Readonly<{ ok: true; token: VerifiedToken }>
  /** `UNREACHABLE`: nobody can tell, because the issuer's keys cannot be fetched. */
  | Readonly<{ ok: false; reason: 'INVALID' | 'UNREACHABLE' }>;

export type TokenVerifier = (token: string) => Promise<TokenVerdict>;

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const LEEWAY_S = 30;
const MAX_TOKEN_LENGTH = 4 * 1024;
// A verified signature is remembered this long, so that a busy screen doesn't cost one verification per request.
const REMEMBERED_MS = 30_000;

const INVALID: TokenVerdict = { ok: false, reason: 'INVALID' };

export function createTokenVerifier(
  { keys, issuer, audience }: TokenRules,
  now: () => Date = () => new Date(),
): TokenVerifier {
  const verified = boundedCache<{ token: VerifiedToken; until: number }>(2_000);

  return async (text) => {
    if (text.length > MAX_TOKEN_LENGTH) return INVALID;
    const known = verified.get(text);
    if (known && known.until > now().getTime()) return { ok: true, token: known.token };
    try {
      const { payload, protectedHeader } = await jwtVerify(text, keys, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        clockTolerance: LEEWAY_S,
        currentDate: now(),
        requiredClaims: ['sub', 'exp', 'tenant_id'],
      });
      const token = isAccessToken(payload, protectedHeader.typ, now()) ? readClaims(payload) : null;
      if (!token) return INVALID;
      const until = Math.min(now().getTime() + REMEMBERED_MS, token.expiresAt.getTime());
      verified.set(text, { token, until });
      return { ok: true, token };
    } catch (error) {
      return { ok: false, reason: isOurTrouble(error) ? 'UNREACHABLE' : 'INVALID' };
    }
  };
}

/** Refuses what was issued for something else, or for a time that has not come. */
function isAccessToken(payload: JWTPayload, headerType: string | undefined, at: Date): boolean {
  const isTyped = headerType === undefined || /^(at\+)?jwt$/i.test(headerType);
  const isForAccess = (payload.token_use ?? 'access') === 'access' && (payload.typ ?? 'Bearer') === 'Bearer';
  const isFromThePast = payload.iat === undefined || payload.iat <= at.getTime() / 1000 + LEEWAY_S;
  return isTyped && isForAccess && isFromThePast && typeof payload.aud === 'string';
}

function readClaims({ sub, tenant_id: tenantId, exp }: JWTPayload): VerifiedToken | null {
  if (typeof sub !== 'string' || sub === '' || typeof tenantId !== 'string' || tenantId === '' || !exp) return null;
  return { userId: sub, tenantId, expiresAt: new Date(exp * 1000) };
}

/** jose names what is wrong with a token; anything else happened on the way to the issuer's keys. */
function isOurTrouble(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (!(error instanceof errors.JOSEError)) return !(error instanceof TypeError && !('cause' in error));
  return error.code === 'ERR_JOSE_GENERIC';
}
