/** Who may do what. Pure: the caller brings the clock, the plant's time zone and the data. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Temporal } from 'temporal-polyfill';
import { isLabel, isNote } from '../text-rules.ts';

export type Qualification = Readonly<{
  id: string;
  factoryId: string;
  operatorId: string;
  skill: string;
  /** Days of the plant, half-open: the last one is not included. */
  validFrom: string;
  validUntil: string | null;
  reason: string | null;
  grantedBy: string;
  grantedAt: Date;
  revokedAt: Date | null;
  revokedBy: string | null;
  revokedBecause: string | null;
}>;

/** Without what people wrote about people. */
export type QualificationFacts = Omit<Qualification, 'reason' | 'revokedBecause'>;

export type Grant = Pick<
  Qualification,
  'id' | 'factoryId' | 'operatorId' | 'skill' | 'validFrom' | 'validUntil' | 'reason'
>;

export type GrantRefusal = 'BAD_OPERATOR' | 'BAD_SKILL' | 'BAD_PERIOD' | 'BAD_REASON';

export function grant(wanted: Grant, by: string, at: Date): Decision<Qualification, never, GrantRefusal> {
  const { operatorId, skill, validFrom, validUntil, reason } = wanted;
  if (!isLabel(operatorId)) return refuse('BAD_OPERATOR');
  if (!isLabel(skill)) return refuse('BAD_SKILL');
  if (validUntil !== null && validUntil <= validFrom) return refuse('BAD_PERIOD');
  if (reason !== null && !isNote(reason)) return refuse('BAD_REASON');
  return accept({ ...wanted, grantedBy: by, grantedAt: at, revokedAt: null, revokedBy: null, revokedBecause: null });
}

export function revoke(
  qualification: Qualification,
  reason: string,
  by: string,
  at: Date,
): Decision<Qualification, never, 'ALREADY_REVOKED' | 'BAD_REASON'> {
  if (qualification.revokedAt) return refuse('ALREADY_REVOKED');
  if (!isNote(reason) || reason.trim() === '') return refuse('BAD_REASON');
  return accept({ ...qualification, revokedAt: at, revokedBy: by, revokedBecause: reason });
}

/** The day that a plant has at an instant. */
export const plantDay = (at: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/** The instant at which a day begins in a plant. */
export const startOfDay = (day: string, timeZone: string): Date =>
  new Date(Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds);

export const dayAfter = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString();

type Period = Pick<Qualification, 'skill' | 'validFrom' | 'validUntil' | 'revokedAt'>;

export const isValid = ({ validFrom, validUntil, revokedAt }: Period, day: string): boolean =>
  revokedAt === null && validFrom <= day && (validUntil === null || day < validUntil);

/** Those of the required skills that no qualification covers on that day, with the last moment when one did, if any. */
export function missingSkills(
  required: readonly string[],
  qualifications: readonly Period[],
  day: string,
): { skill: string; validUntil: string | null; revokedAt: Date | null }[] {
  const skills = [...new Set(required)].filter(
    (skill) => !qualifications.some((it) => it.skill === skill && isValid(it, day)),
  );
  return skills.map((skill) => {
    const held = qualifications.filter((it) => it.skill === skill && it.validFrom <= day);
    const last = held.sort((a, b) => (endOf(a) < endOf(b) ? 1 : -1))[0];
    return { skill, validUntil: last?.validUntil ?? null, revokedAt: last?.revokedAt ?? null };
  });
}

const endOf = ({ validUntil, revokedAt }: Period): string => revokedAt?.toISOString() ?? validUntil ?? '9999-12-31';

/** Whether somebody with these qualifications may do what requires these skills on that day of the plant. */
export const isQualified = (required: readonly string[], qualifications: readonly Period[], day: string): boolean =>
  missingSkills(required, qualifications, day).length === 0;
