import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import { allocate, plantDay } from './movement-rules.ts';
import { findCandidates } from './reservation-store.ts';

export type PickLine = Readonly<{
  locationId: string;
  lotId: string | null;
  quantity: string;
  expiresOn: string | null;
}>;
export type PickSuggestion = Readonly<{ lines: readonly PickLine[]; short: string }>;

/** What to take, first expired first out; null for a plant that does not exist for the user. */
export async function suggestPick(
  asked: Readonly<{ factoryId: string; materialId: string; quantity: string; locationId: string | null }>,
  { claims, db, loaders, now }: Context,
): Promise<PickSuggestion | null> {
  const { factoryId, materialId, quantity, locationId } = asked;
  const factory = claims.factoryIds.includes(factoryId) ? await loaders.factory.load(factoryId) : null;
  if (!factory) return null;
  const exists = isLabel(materialId) && (locationId === null || isId(locationId));
  const about = { factoryId, materialId, today: plantDay(factory.timeZone, now()) };
  const candidates = exists ? await findCandidates(db, { ...about, ...(locationId !== null && { locationId }) }) : [];
  const { picks, short } = allocate(candidates, quantity);
  const lines = picks.map(({ candidate, quantity: taken }) => ({ ...candidate, quantity: taken }));
  return { lines, short: short.startsWith('-') ? '0' : short };
}
