import { isEvent, parseEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { timeEventRecorded } from '@enghub/event-contracts/mes/time-event-recorded.v1';
import { permanentFailure } from '@enghub/messaging/transport';
import type { Consumer } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from '../context.ts';
import { whereabouts } from '../whereabouts.ts';
import { correct, record, type Recorded } from './commands.ts';

export const consumers: readonly Consumer<Context>[] = [
  {
    name: 'production',
    // An activity counts once by its own id, and is written after the shifts that it needs.
    isRepeatable: true,
    routingKeys: [productionReported.routingKey, productionReportCorrected.routingKey, timeEventRecorded.routingKey],
    handle: async (event, context) => {
      if (isEvent(productionReportCorrected, event)) {
        const { data } = parseEvent(productionReportCorrected, event);
        const { report_id: id, corrected_report_id: correctedId } = data;
        await correct(
          { id, correctedId, good: data.good_qty, scrap: data.defect_qty, rework: data.rework_qty },
          context,
        );
        return;
      }
      const recorded = read(event);
      if (recorded) await record(recorded, context);
    },
  },
];

function read(event: Envelope): Recorded | null {
  if (isEvent(productionReported, event)) return readReport(event);
  if (isEvent(timeEventRecorded, event)) return readTimeEvent(event);
  throw permanentFailure(`${event.event_type} says nothing about a station`);
}

/** Null when the work was done at no station of ours. */
function readReport(event: Envelope): Recorded | null {
  const { data, factory_id } = parseEvent(productionReported, event);
  if (data.station_id === null) return null;
  return {
    id: data.report_id,
    ...whereabouts(factory_id, data.station_id),
    activity: {
      kind: 'REPORT',
      startedAt: data.started_at === null ? null : new Date(data.started_at),
      endedAt: new Date(data.ended_at),
      good: data.good_qty,
      scrap: data.defect_qty,
      rework: data.rework_qty,
      standardRunSeconds: data.standard_run_seconds,
    },
    occurrences: data.shift_occurrences.map(readOccurrence),
  };
}

function readTimeEvent(event: Envelope): Recorded {
  const { data, factory_id } = parseEvent(timeEventRecorded, event);
  return {
    id: data.time_event_id,
    ...whereabouts(factory_id, data.station_id),
    activity: { kind: data.kind, startedAt: new Date(data.started_at), endedAt: new Date(data.ended_at) },
    occurrences: data.shift_occurrences.map(readOccurrence),
  };
}

const readOccurrence = (it: { shift_date: string; shift: string; starts_at: string; ends_at: string }) => ({
  shiftDate: it.shift_date,
  shift: it.shift,
  startsAt: new Date(it.starts_at),
  endsAt: new Date(it.ends_at),
});
