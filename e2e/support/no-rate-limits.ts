/** One user of a story sends what a plant sends in hours. The limits have a story of their own. */
export const noRateLimits = {
  RATE_WORK_ORDER_COMMANDS: '0',
  RATE_REPORT_COMMANDS: '0',
  RATE_OPERATIONS: '0',
  RATE_STRANGERS: '0',
  RATE_ADDRESS: '0',
} as const;
