import type { Claims } from '@enghub/subgraph-kit/claims';

/** Under which topic the owner of a subscription's data says "look again". */
export type LiveTopic = Readonly<{
  of: (args: Readonly<Record<string, unknown>>, claims: Claims) => string;
  /** What a user sees is that user's alone: it runs as the user, and no two users share an execution. */
  isPersonal?: true;
}>;
export type LiveTopics = Readonly<Record<string, LiveTopic>>;

/** One line per root subscription field. */
export const liveTopics: LiveTopics = {
  shiftBoard: {
    of: ({ stationId, shiftDate, shift }, { tenantId }) =>
      [tenantId, 'shiftBoard', stationId, shiftDate, shift].join('.'),
  },
  lineShiftBoard: {
    of: ({ lineId, shiftDate, shift }, { tenantId }) =>
      [tenantId, 'lineShiftBoard', lineId, shiftDate, shift].join('.'),
  },
  notificationReceived: {
    of: (_, { tenantId, userId }) => [tenantId, 'notificationReceived', userId].join('.'),
    isPersonal: true,
  },
};
