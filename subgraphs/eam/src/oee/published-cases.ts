/**
 * Worked examples with known results. The first kind is published where `source` says; the second was computed
 * independently (Python, IANA time zones), with stops and breaks given in plant time (Europe/Berlin) and written here in UTC.
 */
export const ratioCases = [
  {
    id: 'oee.com-first-shift',
    source: 'worked example of oee.com and leanproduction.com',
    input: { PBT: 420, APT: 373, PRI: 0.016666666666666666, PQ: 19271, GQ: 18848 },
    expected: {
      availability: 0.888095238095238,
      effectiveness: 0.8610813226094728,
      qualityRatio: 0.9780499195682631,
      oee: 0.7479365079365079,
    },
  },
  {
    id: 'waycalculator-1',
    source: 'waycalculator.com, OEE',
    input: { PBT: 480, APT: 420, PRI: 1, PQ: 400, GQ: 380 },
    expected: { availability: 0.875, effectiveness: 0.9523809523809523, qualityRatio: 0.95, oee: 0.7916666666666665 },
  },
];

type Span = readonly [string, string];
export type EventCase = Readonly<{
  id: string;
  why: string;
  shiftUtc: Span;
  plannedStops: readonly Span[];
  downtime: readonly Span[];
  PRIminutes: number;
  PQ: number;
  GQ: number;
  expected: Readonly<Record<'POT' | 'PBT' | 'APT' | 'availability' | 'effectiveness' | 'qualityRatio' | 'oee', number>>;
}>;

export const eventCases: readonly EventCase[] = [
  {
    id: 'plain',
    why: 'one break, one downtime',
    shiftUtc: ['2026-03-02T05:00:00Z', '2026-03-02T13:00:00Z'],
    plannedStops: [['2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z']],
    downtime: [['2026-03-02T09:00:00Z', '2026-03-02T09:47:00Z']],
    PRIminutes: 0.5,
    PQ: 700,
    GQ: 690,
    expected: {
      POT: 480.0,
      PBT: 450.0,
      APT: 403.0,
      availability: 0.8955555555555555,
      effectiveness: 0.8684863523573201,
      qualityRatio: 0.9857142857142858,
      oee: 0.7666666666666667,
    },
  },
  {
    id: 'overlap',
    why: 'two downtimes overlap each other and the break: union 08:30-09:45 less the break = 45 min',
    shiftUtc: ['2026-03-02T05:00:00Z', '2026-03-02T13:00:00Z'],
    plannedStops: [['2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z']],
    downtime: [
      ['2026-03-02T07:30:00Z', '2026-03-02T08:15:00Z'],
      ['2026-03-02T07:45:00Z', '2026-03-02T08:45:00Z'],
    ],
    PRIminutes: 0.5,
    PQ: 700,
    GQ: 690,
    expected: {
      POT: 480.0,
      PBT: 450.0,
      APT: 405.0,
      availability: 0.9,
      effectiveness: 0.8641975308641975,
      qualityRatio: 0.9857142857142858,
      oee: 0.7666666666666667,
    },
  },
  {
    id: 'midnight',
    why: 'shift and downtime cross midnight',
    shiftUtc: ['2026-03-02T21:00:00Z', '2026-03-03T05:00:00Z'],
    plannedStops: [['2026-03-03T01:00:00Z', '2026-03-03T01:30:00Z']],
    downtime: [['2026-03-02T22:40:00Z', '2026-03-02T23:20:00Z']],
    PRIminutes: 0.4,
    PQ: 900,
    GQ: 880,
    expected: {
      POT: 480.0,
      PBT: 450.0,
      APT: 410.0,
      availability: 0.9111111111111111,
      effectiveness: 0.8780487804878049,
      qualityRatio: 0.9777777777777777,
      oee: 0.7822222222222222,
    },
  },
];
