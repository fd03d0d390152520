import type { Claims } from '@enghub/subgraph-kit/claims';

/** Under which topic the owner of a subscription's data says "look again". */
export type LiveTopics = Readonly<Record<string, (args: Readonly<Record<string, unknown>>, claims: Claims) => string>>;

/** One line per root subscription field. */
export const liveTopics: LiveTopics = {
  shiftBoard: ({ stationId, shiftDate, shift }, { tenantId }) =>
    [tenantId, 'shiftBoard', stationId, shiftDate, shift].join('.'),
  lineShiftBoard: ({ lineId, shiftDate, shift }, { tenantId }) =>
    [tenantId, 'lineShiftBoard', lineId, shiftDate, shift].join('.'),
};
