import { anOrder } from '../plant-for-tests.ts';
import type { Scenario } from './scenarios-for-tests.ts';

const lifeOfAnOrder: Scenario = async ({ mes, plant, claims, say, versionOf }) => {
  const { factoryId, routingCode } = plant;
  const order = { factoryId, routingCode, quantity: '4', draft: true };
  const id = await say('createWorkOrder', { ...order, requestId: 'o-1', number: 'TRAIL-1' });
  const version = () => versionOf('work_orders', id);
  await say('editWorkOrder', { id, version: await version(), quantity: '5' });
  await say('planWorkOrder', { id, version: await version() });
  await say('releaseWorkOrder', { id, version: await version() });
  await say('startWorkOrder', { id, version: await version() });
  await say('holdWorkOrder', { id, version: await version(), cause: 'OPERATIONAL', note: 'inventory' });
  await say('resumeWorkOrder', { id, version: await version() });
  await say('completeWorkOrder', { id, version: await version() });
  await say('reopenWorkOrder', { id, version: await version(), reason: 'one more' });
  await say('completeWorkOrder', { id, version: await version() });
  await say('closeWorkOrderWithLoss', { id, version: await version(), lossQuantity: '5', note: 'bar was too short' });

  const draft = await say('createWorkOrder', { ...order, requestId: 'o-2', number: 'TRAIL-2' });
  await say('deleteWorkOrder', { id: draft, version: await versionOf('work_orders', draft) });
  const other = await anOrder(mes, plant, { upTo: 'RELEASED', claims });
  await say('cancelWorkOrder', { id: other.id, version: other.version, reason: 'not wanted' });
};

const families: Scenario = async ({ mes, plant, claims, say, versionOf }) => {
  const { id, version, operations } = await anOrder(mes, plant, { upTo: 'RELEASED', claims });
  await say('splitWorkOrder', { requestId: 'f-1', id, version, quantity: '4' });
  await say('startWorkOrder', { id, version: await versionOf('work_orders', id) });
  for (const { id: operationId } of operations) {
    await say('reportProduction', { requestId: `f-${operationId}`, operationId, goodQuantity: '2' });
  }
  await say('createBackOrder', { requestId: 'f-2', id, version: await versionOf('work_orders', id) });
  const { routingCode } = plant;
  await say('createReworkOrder', { requestId: 'f-3', id, quantity: '1', routingCode, reason: 'scratches' });
  await say('completeWorkOrder', { id, version: await versionOf('work_orders', id) });
  await say('closeWorkOrder', { id, version: await versionOf('work_orders', id) });
};

const dispatching: Scenario = async ({ mes, plant, claims, say, ids, versionOf }) => {
  const { operations } = await anOrder(mes, plant, { upTo: 'RELEASED', claims });
  const operationId = operations[0]!.id;
  const version = () => versionOf('work_order_operations', operationId);
  await say('assignOperation', { operationId, version: 1, plannedStartAt: '2026-03-11T00:00:00Z' });
  await say('startOperation', { requestId: 'd-1', operationId });
  await say('pauseOperation', { requestId: 'd-2', operationId });
  await say('resumeOperation', { requestId: 'd-3', operationId });
  await say('finishOperation', { requestId: 'd-4', operationId, version: await version() });
  await say('reopenOperation', { operationId, version: await version(), reason: 'one more' });
  const interval = { startedAt: '2026-03-10T02:00:00Z', endedAt: '2026-03-10T03:00:00Z' };
  await say('recordLabour', { requestId: 'd-5', operationId, ...interval });
  const [jobId] = await ids(`SELECT id FROM mes.jobs WHERE started_at = '${interval.startedAt}'`);
  await say('voidJob', { jobId, reason: 'wrong order' });
};

const changedOperations: Scenario = async ({ mes, plant, claims, say, versionOf }) => {
  const { id, operations } = await anOrder(mes, plant, { claims });
  const [first, second] = operations.map((operation) => operation.id);
  const version = () => versionOf('work_orders', id);
  const reason = 'crack found';
  const added = { afterOperationId: first, name: 'Inspection', reason };
  await say('addOperation', { requestId: 'c-1', id, version: await version(), ...added });
  await say('skipOperation', { operationId: second, version: await version(), reason: 'done elsewhere' });
  await say('reportProduction', { requestId: 'c-2', operationId: first, goodQuantity: '3' });
  await say('repeatOperation', { requestId: 'c-3', id, version: await version(), operationId: first, reason });
};

export const orderScenarios = [lifeOfAnOrder, families, dispatching, changedOperations];
