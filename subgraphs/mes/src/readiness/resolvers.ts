import type { Resolvers } from '../generated/graphql.ts';
import { messageOf } from './messages.ts';

export const resolvers: Resolvers = {
  Blocker: { message: (blocker, _args, { claims }) => messageOf(claims.language, blocker) },
};
