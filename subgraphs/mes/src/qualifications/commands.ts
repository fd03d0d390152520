import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { once } from '../once.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import type { TimePage } from '../time-cursor.ts';
import * as rules from './rules.ts';
import type { Qualification, QualificationFacts } from './rules.ts';
import * as store from './store.ts';

export type { Qualification } from './rules.ts';
/** For other slices: the rule and what it is asked with. */
export const missingSkills = rules.missingSkills;
export const plantDay = rules.plantDay;
export const startOfDay = rules.startOfDay;
export const isValid = rules.isValid;

/** For other slices: everything that these operators were ever granted. */
export const findQualificationsOf = (db: Db, operatorIds: readonly string[]): Promise<QualificationFacts[]> =>
  store.findQualificationsOf(db, operatorIds);

const MOST_DAYS = 3_650;

type Wanted = Readonly<{
  factoryId: string;
  operatorId?: string | null | undefined;
  skill?: string | null | undefined;
  expiringWithinDays?: number | null | undefined;
}>;

/** Latest granted first, with one more than the page has if there are more; null for a plant that the user may not see. */
export async function pageOfQualifications(
  { factoryId, operatorId = null, skill = null, expiringWithinDays: days = null }: Wanted,
  page: TimePage,
  { db, loaders, now, vault }: Context,
): Promise<Qualification[] | null> {
  if (days !== null && (days < 1 || days > MOST_DAYS)) {
    throw fault('BAD_USER_INPUT', `expiringWithinDays must be between 1 and ${MOST_DAYS}.`);
  }
  const factory = await loaders.factory.load(factoryId);
  if (!factory) return null;
  if ([operatorId, skill].some((text) => text !== null && !isLabel(text))) return [];
  const today = rules.plantDay(now(), factory.timeZone);
  const expiring = days === null ? null : { today, until: rules.dayAfter(today, days) };
  return store.pageOfQualifications(db, vault, page, { factoryId, operatorId, skill, expiring });
}

export type GrantInput = Readonly<{
  requestId: string;
  factoryId: string;
  operatorId: string;
  skill: string;
  validFrom: string;
  validUntil?: string | null | undefined;
  reason?: string | null | undefined;
}>;

export type RevokeInput = Readonly<{ requestId: string; id: string; reason: string }>;

type Refusal =
  | rules.GrantRefusal
  | 'FACTORY_NOT_FOUND'
  | 'QUALIFICATION_NOT_FOUND'
  | 'ALREADY_REVOKED'
  | 'REQUEST_ID_REUSED'
  | 'BAD_REQUEST_ID';

export type Outcome = Decision<Readonly<{ qualification: Qualification; replayed: boolean }>, never, Refusal>;

type Answer = { qualificationId: string };
type Decide = (tx: Db) => Promise<Decision<Qualification, never, Refusal>>;

export const grantQualification = (input: GrantInput, context: Context): Promise<Outcome> =>
  inEffectOnce('grantQualification', input, context, async (tx) => {
    const { claims, now } = context;
    const { factoryId, operatorId, skill, validFrom, validUntil = null, reason = null } = input;
    if (!claims.factoryIds.includes(factoryId) || !(await findFactory(tx, factoryId))) {
      return refuse('FACTORY_NOT_FOUND');
    }
    const wanted = { id: newId(), factoryId, operatorId, skill, validFrom, validUntil, reason };
    const decision = rules.grant(wanted, claims.userId, now());
    if (!decision.ok) return decision;
    await store.insertQualification(tx, context.vault, claims.tenantId, decision.state);
    await audit(tx, context, {
      ...entryOf(decision.state),
      command: 'grantQualification',
      before: null,
      after: auditable(decision.state),
    });
    return decision;
  });

export const revokeQualification = (input: RevokeInput, context: Context): Promise<Outcome> =>
  inEffectOnce('revokeQualification', input, context, async (tx) => {
    const known = isId(input.id) ? await store.loadForChange(tx, context.vault, input.id) : null;
    if (!known) return refuse('QUALIFICATION_NOT_FOUND');
    const decision = rules.revoke(known, input.reason, context.claims.userId, context.now());
    if (!decision.ok) return decision;
    await store.saveRevocation(tx, context.vault, decision.state);
    await audit(tx, context, {
      ...entryOf(known),
      command: 'revokeQualification',
      before: auditable(known),
      after: auditable(decision.state),
    });
    return decision;
  });

/** The reasons are encrypted in the row, where they are never rewritten. */
const auditable = ({ reason: _, revokedBecause: _because, ...facts }: Qualification): QualificationFacts => facts;

const entryOf = ({ id, factoryId }: Qualification) => ({ factoryId, entity: 'Qualification', entityId: id });

/** In effect once for each request id. */
async function inEffectOnce(
  command: string,
  { requestId, ...body }: GrantInput | RevokeInput,
  context: Context,
  decide: Decide,
): Promise<Outcome> {
  const outcome = await once<Answer, Readonly<{ code: Refusal }>>({ requestId, command, body }, context, async (tx) => {
    const decision = await decide(tx);
    return decision.ok ? accept({ qualificationId: decision.state.id }) : refuse({ code: decision.refusal });
  });
  if (!outcome.ok) return refuse(outcome.refusal.code);
  const { answer, replayed } = outcome.state;
  const qualification = await store.findQualification(context.db, context.vault, answer.qualificationId);
  // The plant may have left the user's list since.
  return qualification ? accept({ qualification, replayed }) : refuse('QUALIFICATION_NOT_FOUND');
}
