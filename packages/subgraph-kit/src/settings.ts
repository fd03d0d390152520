/** Steps that the settings of all processes share. */
import { z } from 'zod';

export const postgresUrl: z.ZodString = z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgresql://');

/** A reader that throws, as a step of a schema. */
export const checked =
  <Value>(read: (text: string) => Value) =>
  (text: string, context: z.RefinementCtx): Value => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  };
