/** The building blocks of event data. What is published as v1 is fixed for good: never narrow one of these. */
import { z } from 'zod';

/** Any identifier or code: text, never a number. */
export const id = z.string().min(1).max(200);

/** A non-negative decimal as text, so that no reader rounds it. */
export const quantity = z.string().regex(/^\d{1,18}(\.\d{1,10})?$/, 'must be a decimal written as text');

/** An instant in UTC, written as RFC 3339. */
export const instant = z.iso.datetime({ offset: true }).regex(/(Z|\+00:00)$/, 'must be in UTC');

/** A calendar day of the plant, YYYY-MM-DD. */
export const day = z.iso.date();

/** Text that people wrote; may be long, never binary. */
export const text = z.string().max(4000);

/** One shift on one day with its bounds; half-open, so `ends_at` belongs to the next one. */
export const shiftOccurrence = z.object({ shift_date: day, shift: id, starts_at: instant, ends_at: instant });
