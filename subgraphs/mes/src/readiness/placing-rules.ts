/** Blockers that people place and lift. Pure: the caller brings the clock and which subjects the plant has. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isLabel, isNote } from '../text-rules.ts';
import type { HeardBlocker, Subject } from './heard-rules.ts';

export type PlacedKind = 'ENGINEERING_CHANGE' | 'OTHER';

export type Standing = HeardBlocker & Readonly<{ factoryId: string | null; clearedAt: Date | null }>;

export type PlacingRefusal = 'NO_SUBJECT' | 'TOO_MANY_SUBJECTS' | 'SUBJECT_NOT_FOUND' | 'BAD_REASON' | 'BAD_OWNER';
export type LiftingRefusal = 'NOT_PLACED_HERE' | 'ALREADY_LIFTED' | 'BAD_REASON';

type Wanted = Readonly<{
  id: string;
  factoryId: string;
  kind: PlacedKind;
  subjects: readonly Subject[];
  reason: string;
  owner: string | null;
}>;

const MOST_SUBJECTS = 100;

/** Whoever places it owns it, unless somebody else is named. */
export function place(
  wanted: Wanted,
  known: readonly Subject[],
  by: string,
  at: Date,
): Decision<Standing, never, PlacingRefusal> {
  const { id, factoryId, kind, reason, owner } = wanted;
  const subjects = [...new Map(wanted.subjects.map((subject) => [keyOf(subject), subject])).values()];
  if (subjects.length === 0) return refuse('NO_SUBJECT');
  if (subjects.length > MOST_SUBJECTS) return refuse('TOO_MANY_SUBJECTS');
  if (!isReason(reason)) return refuse('BAD_REASON');
  if (owner !== null && !isLabel(owner)) return refuse('BAD_OWNER');
  const ours = new Set(known.map(keyOf));
  if (!subjects.every((subject) => (isOfErp(subject) ? isLabel(subject.id) : ours.has(keyOf(subject))))) {
    return refuse('SUBJECT_NOT_FOUND');
  }
  return accept({
    id,
    factoryId,
    source: 'mes',
    kind,
    reference: id,
    since: at,
    owner: owner ?? by,
    detail: { reason, placedBy: by },
    subjects,
    clearedAt: null,
  });
}

export function lift(blocker: Standing, reason: string, at: Date): Decision<Standing, never, LiftingRefusal> {
  if (blocker.source !== 'mes') return refuse('NOT_PLACED_HERE');
  if (blocker.clearedAt) return refuse('ALREADY_LIFTED');
  if (!isReason(reason)) return refuse('BAD_REASON');
  return accept({ ...blocker, clearedAt: at, subjects: [] });
}

const isReason = (text: string): boolean => isNote(text) && text.trim() !== '';
const isOfErp = ({ kind }: Subject): boolean => kind === 'PRODUCT' || kind === 'MATERIAL';
const keyOf = ({ kind, id }: Subject): string => `${kind} ${id}`;
