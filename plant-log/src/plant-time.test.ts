import { expect, it } from 'vitest';
import { toInstant } from './plant-time.ts';

it.each([
  ['in Shanghai', '2012-01-30T06:24:00', 'Asia/Shanghai', '2012-01-29T22:24:00.000Z'],
  ['in winter', '2012-01-30T06:00:00', 'Europe/Berlin', '2012-01-30T05:00:00.000Z'],
  ['in summer', '2012-07-30T06:00:00', 'Europe/Berlin', '2012-07-30T04:00:00.000Z'],
  ['before clocks go forward', '2012-03-25T01:59:00', 'Europe/Berlin', '2012-03-25T00:59:00.000Z'],
  ['in the hour that clocks skip', '2012-03-25T02:30:00', 'Europe/Berlin', '2012-03-25T01:30:00.000Z'],
  ['after clocks went forward', '2012-03-25T03:00:00', 'Europe/Berlin', '2012-03-25T01:00:00.000Z'],
  ['in the hour that clocks repeat', '2012-10-28T02:30:00', 'Europe/Berlin', '2012-10-28T00:30:00.000Z'],
  ['after clocks went back', '2012-10-28T03:00:00', 'Europe/Berlin', '2012-10-28T02:00:00.000Z'],
  ['at midnight', '2012-01-30T00:00:00', 'Asia/Shanghai', '2012-01-29T16:00:00.000Z'],
  ['west of Greenwich', '2012-01-30T23:00:00', 'America/New_York', '2012-01-31T04:00:00.000Z'],
])('knows the instant of a plant time %s', (_when, local, timeZone, instant) => {
  expect(toInstant(local, timeZone).toISOString()).toBe(instant);
});
