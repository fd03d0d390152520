import { GraphQLError } from 'graphql';

/** How much one client may ask for at once. */
export type Limits = Readonly<{
  /** How long a client may take to send the head of a request, and the whole. */
  headMs: number;
  requestMs: number;
  bodyBytes: number;
  /** Arrays and objects within one another in a JSON body. */
  bodyNesting: number;
  tokens: number;
  depth: number;
  /** Introspection nests deeper than any screen; it has its own bound. */
  introspectionDepth: number;
  aliases: number;
  rootFields: number;
  directives: number;
  directivesPerField: number;
  /** How often one selection set may ask for the same key. */
  repeats: number;
  /** Fields after all fragments are written out. */
  expandedFields: number;
  /** Objects that an answer may come to hold, by its page sizes. */
  cost: number;
  /** What a list without a page size is taken to hold. */
  assumedListSize: number;
  /** Live operations on one socket. */
  subscriptionsPerSocket: number;
  sockets: number;
  /** So that one user, or one address, cannot take them all. */
  socketsPerUser: number;
  socketsPerAddress: number;
  socketMessageBytes: number;
  /** What may wait unsent for a slow client. */
  socketBacklogBytes: number;
}>;

export const defaultLimits: Limits = {
  headMs: 10_000,
  requestMs: 30_000,
  bodyBytes: 1024 * 1024,
  bodyNesting: 32,
  tokens: 2_000,
  depth: 15,
  introspectionDepth: 25,
  aliases: 30,
  rootFields: 20,
  directives: 40,
  directivesPerField: 4,
  repeats: 10,
  expandedFields: 5_000,
  cost: 10_000,
  assumedListSize: 10,
  subscriptionsPerSocket: 50,
  sockets: 10_000,
  socketsPerUser: 1_000,
  socketsPerAddress: 5_000,
  socketMessageBytes: 64 * 1024,
  socketBacklogBytes: 1024 * 1024,
};

export type LimitCode =
  | 'TOO_MANY_TOKENS'
  | 'QUERY_TOO_DEEP'
  | 'TOO_MANY_ALIASES'
  | 'RESERVED_ALIAS'
  | 'TOO_MANY_ROOT_FIELDS'
  | 'TOO_MANY_DIRECTIVES'
  | 'TOO_MANY_FIELDS'
  | 'QUERY_TOO_COSTLY'
  | 'BAD_USER_INPUT'
  | 'SUBSCRIPTIONS_NEED_WEBSOCKET';

/** A request that is refused unread, as the client's mistake. */
export const overLimit = (code: LimitCode, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
