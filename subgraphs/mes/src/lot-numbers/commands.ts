import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { rememberedCalendar } from '../shifts/commands.ts';
import { findFactory } from '../stations/commands.ts';
import * as rules from './rules.ts';
import * as store from './store.ts';

export type { PatternRefusal } from './rules.ts';

/** For the plant's policies: why a pattern is no numbering rule; null when it is one. */
export const refusePattern = rules.refusePattern;

/** Whether the pattern gives another number each time it is asked. */
export const isCounted = rules.isCounted;

/** The next number by the plant's pattern. A number that is given but not used in the end is not given again. */
export async function nextLotNumber(
  tx: Db,
  context: Context,
  pattern: string,
  about: Readonly<{ factoryId: string; order: string; product: string }>,
): Promise<string> {
  const { factoryId, order, product } = about;
  const at = context.now();
  const timeZone = (await findFactory(tx, factoryId))?.timeZone ?? 'UTC';
  const shift = (await rememberedCalendar(context, factoryId))?.occurrenceAt(at)?.name ?? null;
  const sequence = rules.isCounted(pattern)
    ? await store.nextInPeriod(tx, context.claims.tenantId, factoryId, rules.periodOf(pattern, { at, timeZone }))
    : 0;
  return rules.writeNumber(pattern, { at, timeZone, plant: factoryId, order, product, shift }, sequence);
}
