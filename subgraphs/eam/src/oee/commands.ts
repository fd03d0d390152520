import type { Context } from '../context.ts';
import { shiftsOf, type Activity } from './rules.ts';
import * as store from './store.ts';

export type Recorded = Readonly<{
  id: string;
  factoryId: string;
  stationId: string;
  activity: Activity;
  occurrences: readonly store.Occurrence[];
}>;

/** Keeps what happened at a station, and the bounds of the shifts in which it did. */
export async function record({ occurrences, activity, ...where }: Recorded, context: Context): Promise<void> {
  const { db, claims } = context;
  await store.saveOccurrences(db, claims.tenantId, where.factoryId, occurrences);
  await store.saveActivity(db, claims.tenantId, { ...activity, ...where }, shiftsOf(activity, occurrences));
}

export type Corrected = Readonly<{ id: string; correctedId: string; good: string; scrap: string; rework: string }>;

/** Changes what a report counted, in the shifts that the report belongs to. */
export const correct = (corrected: Corrected, { claims, db }: Context): Promise<void> =>
  store.saveCorrection(db, claims.tenantId, corrected);
