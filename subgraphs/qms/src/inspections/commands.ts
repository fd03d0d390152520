import type { Envelope } from '@enghub/event-contracts/envelope';
import { fact } from '@enghub/event-contracts/fact';
import type { ProductionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { inspectionCompleted, type InspectionCompleted } from '@enghub/event-contracts/qms/inspection-completed.v1';
import { inspectionCreated } from '@enghub/event-contracts/qms/inspection-created.v1';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { planFor } from '../inspection-plans/commands.ts';
import { inspect, record, type Inspection, type InspectionResult, type RecordRefusal } from './rules.ts';
import * as store from './store.ts';

export type CommandRefusal = 'NOT_FOUND' | 'STALE_VERSION';

/** Counts a production report and opens the inspection that it makes due. A report counts once. */
export function countReport(
  { data: report }: Envelope<ProductionReported>,
  factoryId: string,
  context: Context,
): Promise<void> {
  return context.transaction(async (tx) => {
    const { tenantId } = context.claims;
    const at = context.now();
    const { report_id: id, operation_id: operationId, good_qty: good } = report;
    const tally = await store.count(tx, { id, operationId, factoryId, tenantId, good, at });
    if (!tally) return;

    const made = { factoryId, operationName: report.operation_name, productId: report.product_id };
    const plan = await planFor(tx, made);
    // The id carries the instant: that is how a look-up by id finds the partition.
    const opened = plan && inspect(report, plan, tally, { id: newId(at.getTime()), factoryId, at });
    if (!opened) return;

    await store.open(tx, tenantId, opened.state);
    const about = { factoryId, aggregateId: opened.state.id };
    await publish(
      tx,
      context,
      about,
      opened.events.map((event) => fact(inspectionCreated, event)),
    );
  });
}

type RecordInput = Readonly<{
  id: string;
  version: number;
  result: InspectionResult;
  sampleSize: number;
  defectiveCount?: number | undefined;
  note?: string | null | undefined;
}>;

/** Records what an open inspection found. */
export function recordInspection(
  { id, version, result, sampleSize, defectiveCount = 0, note = null }: RecordInput,
  context: Context,
): Promise<Decision<Inspection, InspectionCompleted, RecordRefusal | CommandRefusal>> {
  if (note?.includes('\u0000')) throw fault('BAD_USER_INPUT', 'A note must not contain the character NUL.');

  return context.transaction(async (tx) => {
    const inspection = await store.find(tx, id);
    if (!inspection) return refuse('NOT_FOUND');
    if (inspection.version !== version) return refuse('STALE_VERSION');

    const by = { inspectorId: context.claims.userId, at: context.now() };
    const decision = record(inspection, { result, sampleSize, defectiveCount, note }, by);
    if (!decision.ok) return decision;

    const saved = await store.save(tx, decision.state);
    if (!saved) return refuse('STALE_VERSION');
    const about = { factoryId: saved.factoryId, aggregateId: id };
    await publish(
      tx,
      context,
      about,
      decision.events.map((event) => fact(inspectionCompleted, event)),
    );
    return { ...decision, state: saved };
  });
}
