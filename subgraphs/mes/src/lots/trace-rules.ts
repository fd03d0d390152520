/** What a walk along the links of lots found, as people ask for it. Pure. */

export type TraceDirection = 'FORWARD' | 'BACKWARD' | 'BOTH';

/** What the database answers for one direction; the first lot comes first. */
export type Walk = Readonly<{
  lots: readonly (readonly [id: string, depth: number, end: boolean])[];
  edges: readonly (readonly [from: string, to: string, activityId: string | null])[];
  truncated: boolean;
}>;

export type TracedLot = Readonly<{ lotId: string; depth: number; direction: TraceDirection; end: boolean }>;
export type TracedEdge = Readonly<{ from: string; to: string; activityId: string | null }>;
export type LotTrace = Readonly<{
  /** The first lot and all that were found. */
  lotIds: readonly string[];
  lots: readonly TracedLot[];
  edges: readonly TracedEdge[];
  truncated: boolean;
}>;

export function traceOf(start: string, walks: Readonly<{ forward: Walk | null; backward: Walk | null }>): LotTrace {
  const lots = new Map<string, TracedLot>();
  const edges = new Map<string, TracedEdge>();
  for (const direction of ['FORWARD', 'BACKWARD'] as const) {
    const walk = direction === 'FORWARD' ? walks.forward : walks.backward;
    for (const [lotId, depth, end] of walk?.lots ?? []) {
      if (lotId === start) continue;
      const known = lots.get(lotId);
      lots.set(
        lotId,
        known
          ? { lotId, depth: Math.min(depth, known.depth), direction: 'BOTH', end: false }
          : { lotId, depth, direction, end },
      );
    }
    for (const [from, to, activityId] of walk?.edges ?? []) edges.set(`${from} ${to}`, { from, to, activityId });
  }
  return {
    lotIds: [start, ...lots.keys()],
    lots: [...lots.values()].sort((a, b) => a.depth - b.depth),
    edges: [...edges.values()],
    truncated: (walks.forward?.truncated ?? false) || (walks.backward?.truncated ?? false),
  };
}
