/** Open sockets and the rights behind them: whoever loses them does not keep watching. */
import type { Logger } from 'pino';
import { grantOf, lost, type Granted, type PermissionAnswer, type Permissions } from '../identity/permissions.ts';
import { contractOf } from '../contracts/contract-of.ts';
import type { VerifiedToken } from '../identity/verify-token.ts';
import type { Viewer } from '../viewer.ts';
import { createTally } from './tally.ts';

export type Session = {
  readonly close: (code: number, reason: string) => void;
  token: VerifiedToken | null;
  /** The one plant that it chose to see; null is all of the user's. */
  factoryId: string | null;
  /** What the session was last known to be granted. */
  granted: Granted | null;
  expiry: NodeJS.Timeout | null;
};

export const closing = {
  expired: [4401, 'Token expired'],
  reauthenticate: [4401, 'REAUTHENTICATION_REQUIRED'],
  forbidden: [4403, 'Forbidden'],
  lessAllowed: [4403, 'Permissions changed'],
  slow: [4408, 'Slow consumer'],
  tooMany: [4429, 'Too many subscriptions'],
  tooManySockets: [4429, 'Too many connections'],
  factory: [4403, 'FACTORY_NOT_ALLOWED'],
  tooFast: [4429, 'RATE_LIMITED'],
  later: [1013, 'Try again later'],
  goingAway: [1001, 'Going away'],
} as const satisfies Record<string, readonly [number, string]>;

export type Sessions = Readonly<{
  open(close: Session['close']): Session;
  /** Signs a session in; it ends with its token. False when the user has as many as one may have. */
  signIn(session: Session, token: VerifiedToken | null, viewer: Viewer): boolean;
  end(session: Session): void;
  count(): number;
  /** Closes the sessions of users who have lost something; of everyone, or of one user. */
  recheck(userId?: string): Promise<void>;
  stop(): void;
}>;

function reconsider(session: Session, answer: PermissionAnswer): void {
  if (!answer.ok) {
    const [code, reason] = answer.reason === 'UNREACHABLE' ? closing.reauthenticate : closing.forbidden;
    session.close(code, reason);
  } else if (session.granted && seesLess(session.granted, answer.granted)) session.close(...closing.lessAllowed);
  else session.granted = narrowed(answer.granted, session.factoryId);
}

/** Whoever becomes a partner has won a permission, and sees less by it. */
const seesLess = (before: Granted, after: Granted): boolean =>
  lost(before, after) || contractOf(before.permissions) !== contractOf(after.permissions);

const narrowed = (granted: Granted, factoryId: string | null): Granted =>
  factoryId === null ? granted : { ...granted, factories: [factoryId] };

const LONGEST_TIMER_MS = 2 ** 31 - 1;

const userKey = ({ tenantId, userId }: VerifiedToken): string => JSON.stringify([tenantId, userId]);

export type SessionOptions = Readonly<{
  permissions: Permissions;
  recheckMs: number;
  perUser: number;
  logger: Logger;
}>;

export function createSessions({ permissions, recheckMs, perUser, logger }: SessionOptions): Sessions {
  const sessions = new Set<Session>();
  const held = createTally();
  const timer = setInterval(() => {
    recheck().catch((error: unknown) => logger.error({ err: error }, 'permissions could not be rechecked'));
  }, recheckMs);
  timer.unref();

  async function recheck(userId?: string): Promise<void> {
    const byUser = new Map<string, Session[]>();
    for (const session of sessions) {
      const { token } = session;
      if (!token || (userId !== undefined && token.userId !== userId)) continue;
      const key = userKey(token);
      const ofUser = byUser.get(key);
      if (ofUser) ofUser.push(session);
      else byUser.set(key, [session]);
    }
    await Promise.all(
      [...byUser.values()].map(async (ofUser) => {
        const { userId: id, tenantId } = ofUser[0]!.token!;
        const answer = await permissions.for(id, tenantId);
        for (const session of ofUser) reconsider(session, answer);
      }),
    );
  }

  return {
    recheck,
    open(close) {
      const session: Session = { close, token: null, factoryId: null, granted: null, expiry: null };
      sessions.add(session);
      return session;
    },
    signIn(session, token, viewer) {
      if (token && !held.take(userKey(token), perUser)) return false;
      session.token = token;
      session.granted = grantOf(viewer.claims);
      if (!token) return true;
      const left = Math.min(Math.max(token.expiresAt.getTime() - Date.now(), 0), LONGEST_TIMER_MS);
      session.expiry = setTimeout(() => session.close(...closing.expired), left);
      session.expiry.unref();
      return true;
    },
    end(session) {
      if (session.expiry) clearTimeout(session.expiry);
      if (sessions.delete(session) && session.token) held.giveBack(userKey(session.token));
    },
    count: () => sessions.size,
    stop() {
      clearInterval(timer);
      for (const session of sessions) session.close(...closing.goingAway);
    },
  };
}
