/** Blockers that stand until somebody clears them: heard from other subgraphs, or placed by a person. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { once } from '../once.ts';
import { findFactory } from '../stations/commands.ts';
import type { News, Subject } from './heard-rules.ts';
import * as store from './heard-store.ts';
import type { StandingBlocker } from './heard-store.ts';
import * as rules from './placing-rules.ts';

/** As people read it: about the first of what it blocks. */
export const asBlocker = ({ kind, detail, subjects }: StandingBlocker) => ({
  kind,
  detail: { ...(subjects[0] && { subject: subjects[0].kind }), ...detail },
});

/** What arrives late or twice changes nothing. */
export async function hear(news: News, { factory_id, timestamp }: Envelope, context: Context): Promise<void> {
  const told = { tenantId: context.claims.tenantId, factoryId: factory_id, toldAt: new Date(timestamp) };
  await store.writeNews(context.db, news, told);
}

export type PlaceInput = Readonly<{
  requestId: string;
  factoryId: string;
  kind: rules.PlacedKind;
  subjects: readonly Subject[];
  reason: string;
  owner?: string | null | undefined;
}>;

export type LiftInput = Readonly<{ requestId: string; id: string; reason: string }>;

type Refusal =
  | rules.PlacingRefusal
  | rules.LiftingRefusal
  | 'FACTORY_NOT_FOUND'
  | 'BLOCKER_NOT_FOUND'
  | 'REQUEST_ID_REUSED'
  | 'BAD_REQUEST_ID';

export type Outcome = Decision<Readonly<{ blocker: StandingBlocker; replayed: boolean }>, never, Refusal>;

type Answer = { blockerId: string };
type Decide = (tx: Db) => Promise<Decision<StandingBlocker, never, Refusal>>;

export const placeBlocker = (input: PlaceInput, context: Context): Promise<Outcome> =>
  inEffectOnce('placeBlocker', input, context, async (tx) => {
    const { claims, now } = context;
    const { factoryId, kind, subjects, reason, owner = null } = input;
    if (!claims.factoryIds.includes(factoryId) || !(await findFactory(tx, factoryId))) {
      return refuse('FACTORY_NOT_FOUND');
    }
    const ids = subjects.map(({ id }) => id).filter(isId);
    const known = ids.length > 0 ? await store.findSubjects(tx, factoryId, ids) : [];
    const wanted = { id: newId(), factoryId, kind, subjects, reason, owner };
    const decision = rules.place(wanted, known, claims.userId, now());
    if (!decision.ok) return decision;
    await store.insertBlocker(tx, claims.tenantId, decision.state);
    await audit(tx, context, {
      ...entryOf(decision.state),
      command: 'placeBlocker',
      before: null,
      after: decision.state,
      reason,
    });
    return decision;
  });

export const liftBlocker = (input: LiftInput, context: Context): Promise<Outcome> =>
  inEffectOnce('liftBlocker', input, context, async (tx) => {
    const known = isId(input.id) ? await store.loadForChange(tx, input.id) : null;
    if (!known) return refuse('BLOCKER_NOT_FOUND');
    const decision = rules.lift(known, input.reason, context.now());
    if (!decision.ok) return decision;
    await store.clearBlocker(tx, known.id, decision.state.clearedAt!);
    await audit(tx, context, {
      ...entryOf(known),
      command: 'liftBlocker',
      before: known,
      after: decision.state,
      reason: input.reason,
    });
    return decision;
  });

const entryOf = ({ id, factoryId }: StandingBlocker) => ({ factoryId, entity: 'StandingBlocker', entityId: id });

/** In effect once for each request id. */
async function inEffectOnce(
  command: string,
  { requestId, ...body }: PlaceInput | LiftInput,
  context: Context,
  decide: Decide,
): Promise<Outcome> {
  const outcome = await once<Answer, Readonly<{ code: Refusal }>>({ requestId, command, body }, context, async (tx) => {
    const decision = await decide(tx);
    return decision.ok ? accept({ blockerId: decision.state.id }) : refuse({ code: decision.refusal });
  });
  if (!outcome.ok) return refuse(outcome.refusal.code);
  const { answer, replayed } = outcome.state;
  const blocker = await store.findBlocker(context.db, answer.blockerId);
  // The plant may have left the user's list since.
  return blocker ? accept({ blocker, replayed }) : refuse('BLOCKER_NOT_FOUND');
}
