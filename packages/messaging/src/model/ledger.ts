/** What was promised to the plant, and whether it is kept: told of each commit and each effect, it finds what is wrong. */
import { nameOf } from '../effects-for-tests.ts';
import { permanentFailure, unavailableFailure, type OutboundEvent } from '../transport.ts';

/** What becomes of an event whose handler is asked. */
export type Fate =
  | Readonly<{ kind: 'fine' }>
  | Readonly<{ kind: 'fails'; times: number }>
  | Readonly<{ kind: 'hopeless' }>
  /** So often, something is away that it needs. */
  | Readonly<{ kind: 'lacks'; times: number }>
  /** The connection breaks after the commit, so that the handler fails though the effect is there. */
  | Readonly<{ kind: 'applied unheard' }>;

type Known = {
  event: OutboundEvent;
  fate: Fate;
  isDiscarded: boolean;
  wasBuried: boolean;
  wasApplied: boolean;
  triedAt: number[];
};

export type Ledger = Readonly<{
  expect(event: OutboundEvent, fate: Fate): void;
  /** From now on it must come to pass. */
  committed(eventIds: readonly string[]): void;
  /** A handler's transaction, which fails as fate has it. */
  handle(eventId: string): void;
  postponed(eventId: string, attempts: number, delayMs: number): void;
  buried(eventId: string): void;
  revived(eventId: string): void;
  discarded(eventId: string): void;
  /** Committed, and neither applied nor given up. */
  open(): readonly OutboundEvent[];
  /** Where nothing but handlers fails, an event is tried four times and ever later. */
  checkTries(): void;
  violations: readonly string[];
}>;

export function createLedger(now: () => number, retryDelaysMs: readonly number[]): Ledger {
  const all = new Map<string, Known>();
  const history: Known[] = [];
  const violations: string[] = [];
  const of = (eventId: string) => all.get(eventId)!;
  const named = ({ event }: Known) => nameOf(event.envelope);

  function apply(known: Known): void {
    if (known.wasApplied) return;
    known.wasApplied = true;
    if (known.isDiscarded) violations.push(`${named(known)} was discarded and had an effect all the same`);
    const place = history.indexOf(known);
    if (place < 0) violations.push(`${named(known)} had an effect and was never committed`);
    for (const earlier of history.slice(0, place)) {
      if (earlier.event.aggregateId !== known.event.aggregateId || earlier.wasApplied || earlier.wasBuried) continue;
      violations.push(`${named(known)} had its effect before ${named(earlier)}`);
    }
  }

  return {
    violations,
    expect: (event, fate) =>
      void all.set(event.envelope.event_id, {
        event,
        fate,
        isDiscarded: false,
        wasBuried: false,
        wasApplied: false,
        triedAt: [],
      }),
    committed: (eventIds) => void history.push(...eventIds.map(of)),
    handle(eventId) {
      const known = of(eventId);
      known.triedAt.push(now());
      const { fate } = known;
      if (fate.kind === 'hopeless') throw permanentFailure('no such product');
      if (fate.kind === 'fails' && fate.times > 0) {
        known.fate = { kind: 'fails', times: fate.times - 1 };
        throw new Error('the machine is busy');
      }
      if (fate.kind === 'lacks' && fate.times > 0) {
        known.fate = { kind: 'lacks', times: fate.times - 1 };
        throw unavailableFailure('the ERP is away');
      }
      apply(known);
      if (fate.kind === 'applied unheard') {
        known.fate = { kind: 'fine' };
        throw new Error('the connection broke after the commit');
      }
    },
    postponed(eventId, attempts, delayMs) {
      const isWaiting = of(eventId).fate.kind === 'lacks' && delayMs === retryDelaysMs.at(-1);
      if (delayMs !== retryDelaysMs[attempts] && !isWaiting) {
        violations.push(`${named(of(eventId))} is to wait ${delayMs} ms after ${attempts + 1} tries`);
      }
    },
    buried: (eventId) => void (of(eventId).wasBuried = true),
    revived(eventId) {
      of(eventId).triedAt = [];
      // Somebody has seen to the cause, mostly.
      if (of(eventId).fate.kind === 'hopeless') of(eventId).fate = { kind: 'fine' };
    },
    discarded: (eventId) => void (of(eventId).isDiscarded = true),
    open: () => history.flatMap(({ event, wasApplied, wasBuried }) => (wasApplied || wasBuried ? [] : [event])),
    checkTries() {
      for (const known of history) {
        if (known.fate.kind === 'lacks') {
          if (known.wasBuried) violations.push(`${named(known)} died of what was away`);
          continue;
        }
        const waits = known.triedAt.slice(1).map((at, index) => at - known.triedAt[index]!);
        const isPatient = waits.every((wait, index) => wait >= (retryDelaysMs[index] ?? Infinity));
        if (!isPatient) violations.push(`${named(known)} was tried after ${waits.join(', ')} ms`);
      }
    },
  };
}
