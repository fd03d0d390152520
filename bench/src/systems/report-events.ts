/** Events of production reports, and databases to write them to and to apply them in. */
import { randomUUID } from 'node:crypto';
import { foundationMigrations, provision } from '@enghub/database/provision';
import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { messagingMigrations } from '@enghub/messaging/migrations';
import { newEvent, type OutboxEvent } from '@enghub/messaging/outbox';
import { ask, createDatabase, urlOf } from './database.ts';

export const tenant = 'tenant-001';
export const { routingKey } = productionReported;
const orders = Array.from({ length: 64 }, (_, at) => ({ id: randomUUID(), number: `WO-${at}` }));
let reports = 0;

/** As the command writes it; the order is what keeps the order of its reports. */
export function reportEvent(): OutboxEvent {
  const order = orders[(reports += 1) % orders.length]!;
  const at = new Date();
  const instant = at.toISOString();
  const data = {
    report_id: randomUUID(),
    work_order_id: order.id,
    work_order_number: order.number,
    operation_id: order.id,
    operation_sequence: 10,
    operation_name: 'Turning',
    product_id: 'P-100',
    good_qty: '5',
    defect_qty: '1',
    rework_qty: '0',
    unit: 'PCE',
    defect_types: ['SCRATCH'],
    produced_by: 'emp-101',
    reported_by: 'emp-101',
    station_id: 'ST-1',
    shift_date: instant.slice(0, 10),
    shift: 'DAY',
    started_at: null,
    ended_at: instant,
    report_time: instant,
    standard_run_seconds: '60',
    shift_occurrences: [],
  };
  return newEvent(productionReported, data, {
    eventId: randomUUID(),
    tenantId: tenant,
    factoryId: 'factory-sh-01',
    sourceService: 'mes',
    traceId: randomUUID(),
    at,
    aggregateId: order.id,
  });
}

export const reportEvents = (count: number): OutboxEvent[] => Array.from({ length: count }, () => reportEvent());

export type EventDatabase = Readonly<{
  /** Whose outbox is filled, and who relays it. */
  mes: Readonly<{ appUrl: string; relayUrl: string }>;
  /** Whose consumers apply. */
  qms: Readonly<{ appUrl: string; relayUrl: string }>;
}>;

export async function createEventDatabase(name: string): Promise<EventDatabase> {
  await createDatabase(name);
  const migrationDirectories = [foundationMigrations, messagingMigrations];
  const mes = await provision({ ownerUrl: urlOf(name), namespace: 'mes', migrationDirectories });
  const qms = await provision({ ownerUrl: urlOf(name), namespace: 'qms', migrationDirectories });
  await ask(
    name,
    `CREATE TABLE qms.effects (event_id uuid PRIMARY KEY);
     GRANT ALL ON qms.effects TO qms_app`,
  );
  return { mes, qms };
}
