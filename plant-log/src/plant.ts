/** What the log does not say about its plant. */
export const plant = {
  factoryId: 'factory-sh-01',
  name: 'Shanghai plant',
  timeZone: 'Asia/Shanghai',
  overproductionPercent: '10',
  /** The log has later operations of orders whose first ones nobody noted. */
  policies: { predecessor: 'WARN' },
  line: { code: 'machining', name: 'Machining' },
  /** Some machines of the log run two jobs at once. */
  stationCapacity: 2,
  shiftPattern: {
    validFrom: '2012-01-01',
    shifts: [
      { name: 'day', startsAt: '06:00', endsAt: '18:00' },
      { name: 'night', startsAt: '18:00', endsAt: '06:00' },
    ],
  },
  /** Quality checks are inspected at each report, other work every so many pieces. */
  qualityCheck: 'Q.C.',
  inspectEveryPieces: '50',
} as const;

/**
 * Who does what in the plant. A worker of the log signs in under their own id, or the stand-in reports for them. Weeks of
 * work are sent in seconds, so planner and stand-in need the scope command:bulk, or the import waits for its turn.
 */
export const people = {
  administrator: 'emp-901',
  planner: 'import-001',
  qualityEngineer: 'emp-201',
  standIn: 'import-001',
} as const;
