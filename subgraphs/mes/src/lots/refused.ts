import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { LotRefusalCode } from '../generated/graphql.ts';

export type LotRefusal = Readonly<{
  code: LotRefusalCode;
  lotId?: string;
  number?: string;
  limit?: string;
  actual?: string;
}>;

/** Carries a refusal out of a transaction, so that nothing of what was written before stays. */
export class Refused extends Error {
  readonly refusal: LotRefusal;
  constructor(refusal: LotRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

export const no = (code: LotRefusalCode, about: Omit<LotRefusal, 'code'> = {}): never => {
  throw new Refused({ code, ...about });
};

/** One transaction, undone by a refusal. */
export async function transactionOrRefusal<State>(
  context: Context,
  work: (tx: Db) => Promise<State>,
): Promise<Decision<State, never, LotRefusal>> {
  try {
    return accept(await context.transaction(work));
  } catch (error) {
    if (error instanceof Refused) return refuse(error.refusal);
    throw error;
  }
}
