/** Those who command orders and those who look at them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';
import { instant, type ClientLog } from './client-log.ts';
import { people } from './plant-of-run.ts';

type Seen = Readonly<{ version: number; status: string; goodQuantity: string; scrapQuantity: string }>;
type Commanded = Readonly<{ workOrder?: { version: number }; code?: string }>;

const look = `query ($id: ID!) { workOrder(id: $id) { version status goodQuantity scrapQuantity } }`;
const commandOf = (field: string, type: string) => `mutation ($input: ${type}!) { ${field}(input: $input) {
  ... on WorkOrderPayload { workOrder { version } }
  ... on WorkOrderRefusal { code } } }`;
const hold = commandOf('holdWorkOrder', 'HoldWorkOrderInput');
const resume = commandOf('resumeWorkOrder', 'WorkOrderCommandInput');

const OUTDATED = 0.2;

/** Holds and resumes an order that others hold and resume too; sometimes with a version that is outdated. */
export async function commander(client: Client, log: ClientLog, orderId: string, isGoing: () => boolean) {
  while (isGoing()) {
    await pause(200 + Math.random() * 300);
    const seen = await client.ask<Seen>(people.manager, 'workOrder', look, { id: orderId });
    if (seen.outcome !== 'ok') continue;
    const sentVersion = seen.data.version - (Math.random() < OUTDATED ? 1 : 0);
    const holds = seen.data.status === 'IN_PROGRESS';
    const command = holds ? 'holdWorkOrder' : 'resumeWorkOrder';
    const input = { id: orderId, version: sentVersion, ...(holds ? { cause: 'OTHER' } : {}) };
    const invokedAt = instant();
    const reply = await client.ask<Commanded>(people.manager, command, holds ? hold : resume, { input });
    const about = { kind: 'command', orderId, command, sentVersion, invokedAt, returnedAt: instant() } as const;
    if (reply.outcome !== 'ok') log.add({ ...about, outcome: reply.outcome, code: reply.code });
    else if (reply.data.workOrder) log.add({ ...about, outcome: 'ok', version: reply.data.workOrder.version });
    else log.add({ ...about, outcome: 'refused', code: reply.data.code ?? 'REFUSED' });
  }
}

export async function reader(client: Client, log: ClientLog, orderId: string, isGoing: () => boolean) {
  while (isGoing()) {
    const invokedAt = instant();
    const seen = await client.ask<Seen>(people.manager, 'workOrder', look, { id: orderId });
    if (seen.outcome === 'ok') {
      const { version, goodQuantity, scrapQuantity } = seen.data;
      const figures = { version, good: Number(goodQuantity), scrap: Number(scrapQuantity) };
      log.add({ kind: 'read', orderId, outcome: 'ok', invokedAt, returnedAt: instant(), ...figures });
    }
    await pause(250);
  }
}
