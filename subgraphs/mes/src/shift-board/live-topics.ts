import type { DataOf } from '@enghub/event-contracts/define-event';
import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { handOverNoteWritten } from '@enghub/event-contracts/mes/hand-over-note-written.v1';
import { operationFinished } from '@enghub/event-contracts/mes/operation-finished.v1';
import { operationPaused } from '@enghub/event-contracts/mes/operation-paused.v1';
import { operationResumed } from '@enghub/event-contracts/mes/operation-resumed.v1';
import { operationStarted } from '@enghub/event-contracts/mes/operation-started.v1';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { shiftTargetSet } from '@enghub/event-contracts/mes/shift-target-set.v1';
import { stationDefined } from '@enghub/event-contracts/mes/station-defined.v1';
import { timeEventRecorded } from '@enghub/event-contracts/mes/time-event-recorded.v1';
import type { Db } from '../database.ts';
import { findCalendar } from '../shifts/commands.ts';
import { findLineOf } from './store.ts';

type Shift = Readonly<{ shift_date: string; shift: string }>;
type Moved = Readonly<{ stationId: string | null; lineId: string | null; shifts: readonly Shift[] }>;

/** The boards that an event moves: those of the station, and of the line that it stands on. */
export async function liveTopics(event: Envelope, dbOf: (event: Envelope) => Db): Promise<readonly string[]> {
  if (isEvent(stationDefined, event)) lines.delete(dbOf(event));
  const moved = whatMoved(event) ?? (await whereWorkGoesOn(event, dbOf));
  if (!moved) return [];
  const { stationId, shifts } = moved;
  const lineId = stationId === null ? moved.lineId : await lineOf(dbOf(event), stationId);
  const topics = shifts.flatMap(({ shift_date, shift }) => [
    ...(stationId === null ? [] : [[event.tenant_id, 'shiftBoard', stationId, shift_date, shift].join('.')]),
    ...(lineId === null ? [] : [[event.tenant_id, 'lineShiftBoard', lineId, shift_date, shift].join('.')]),
  ]);
  return [...new Set(topics)];
}

function whatMoved(event: Envelope): Moved | null {
  // Work may have begun in an earlier shift, whose unexplained time it takes away.
  if (
    isEvent(productionReported, event) ||
    isEvent(productionReportCorrected, event) ||
    isEvent(timeEventRecorded, event)
  ) {
    const { station_id: stationId, shift_date, shift, shift_occurrences } = event.data;
    return stationId === null
      ? null
      : { stationId, lineId: null, shifts: [{ shift_date, shift }, ...shift_occurrences] };
  }
  if (isEvent(shiftTargetSet, event)) {
    return { stationId: event.data.station_id, lineId: event.data.line_id, shifts: [event.data] };
  }
  if (isEvent(handOverNoteWritten, event)) {
    const { station_id: stationId, line_id: lineId, next_shift } = event.data;
    return { stationId, lineId, shifts: next_shift ? [event.data, next_shift] : [event.data] };
  }
  return null;
}

const steps = [operationStarted, operationPaused, operationResumed, operationFinished];

/** Who works on what has changed, and with it what the running shift's time went into. */
async function whereWorkGoesOn(event: Envelope, dbOf: (event: Envelope) => Db): Promise<Moved | null> {
  const step = steps.find((contract) => isEvent(contract, event));
  if (!step || event.factory_id === null) return null;
  const { station_id: stationId, at } = event.data as DataOf<typeof step>;
  if (stationId === null) return null;
  const shift = (await findCalendar(dbOf(event), event.factory_id))?.occurrenceAt(new Date(at));
  return shift ? { stationId, lineId: null, shifts: [{ shift_date: shift.shiftDate, shift: shift.name }] } : null;
}

type Remembered = Readonly<{ lineId: string | null; until: number }>;

const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 20_000;
// One memory per binding, so it never crosses tenants or plants.
const lines = new WeakMap<Db, Map<string, Remembered>>();

/** Stations hardly ever move to another line: one question per station in a while, not one per report. */
async function lineOf(db: Db, stationId: string): Promise<string | null> {
  const memory = lines.get(db) ?? new Map<string, Remembered>();
  lines.set(db, memory);
  const known = memory.get(stationId);
  const at = performance.now();
  if (known && known.until > at) return known.lineId;
  const lineId = await findLineOf(db, stationId);
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  memory.set(stationId, { lineId, until: at + REMEMBERED_MS });
  return lineId;
}
