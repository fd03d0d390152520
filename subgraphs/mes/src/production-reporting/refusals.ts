import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { ProductionReportRefusalCode } from '../generated/graphql.ts';
import { messages } from './messages.ts';

type Refused = Readonly<{ code: ProductionReportRefusalCode; limit?: string; actual?: string }>;

/** A refusal as it stands in the answer. */
export function productionReportRefusal({ claims }: Context, { code, limit, actual }: Refused) {
  const details = { ...(limit ? { limit } : {}), ...(actual ? { actual } : {}) };
  return {
    __typename: 'ProductionReportRefusal' as const,
    ...refusalIn(claims.language, messages, code, details),
    limit: limit ?? null,
    actual: actual ?? null,
  };
}
