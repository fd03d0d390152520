import { anOrder } from '../plant-for-tests.ts';
import type { Scenario } from './scenarios-for-tests.ts';

const reports: Scenario = async ({ mes, plant, claims, say }) => {
  const { factoryId, stationId } = plant;
  const { operations } = await anOrder(mes, plant, { claims });
  const operationId = operations[0]!.id;
  const reportId = await say('reportProduction', { requestId: 'r-1', operationId, goodQuantity: '3' });
  await say('correctProductionReport', { requestId: 'r-2', reportId, goodQuantity: '2', reason: 'miscounted' });
  await say('reportProductionBatch', { reports: [{ requestId: 'r-3', operationId, goodQuantity: '1' }] });
  const interval = { startedAt: '2026-03-10T00:30:00Z', endedAt: '2026-03-10T01:00:00Z' };
  await say('recordTimeEvent', { requestId: 'r-4', kind: 'BREAK', stationId, ...interval });
  await say('rebuildDailyReport', { factoryId, from: '2026-03-10', to: '2026-03-10' });
};

const approvals: Scenario = async ({ mes, plant, claims, say, versionOf }) => {
  const { factoryId } = plant;
  await say('definePlantPolicies', { factoryId, reportApproval: 'ALL' });
  const { operations } = await anOrder(mes, plant, { claims });
  await say('definePlantPolicies', { factoryId, reportApproval: 'NONE' });
  const operationId = operations[0]!.id;
  const somebodyElse = { ...claims, userId: 'emp-102' };
  for (const decision of ['approveReport', 'declineReport']) {
    const id = await say('reportProduction', { requestId: `r-${decision}`, operationId, goodQuantity: '1' });
    const version = await versionOf('reports_awaiting_approval', id);
    await say(decision, { id, version, reason: 'counted again' }, somebodyElse);
  }
};

const completion: Scenario = async ({ mes, plant, claims, say, eventually, versionOf }) => {
  const { id, operations } = await anOrder(mes, plant, { claims });
  for (const { id: operationId } of operations) {
    await say('reportProduction', { requestId: `r-${operationId}`, operationId, goodQuantity: '4' });
  }
  const receipt = async () => {
    await say('completeWorkOrder', { id, version: await versionOf('work_orders', id) });
    const suggested = await eventually(
      `SELECT id FROM mes.finished_goods_receipts WHERE work_order_id = '${id}' AND state = 'SUGGESTED'`,
    );
    return { id: suggested, version: await versionOf('finished_goods_receipts', suggested) };
  };
  await say('declineFinishedGoodsReceipt', { ...(await receipt()), reason: 'not washed' });
  await say('reopenWorkOrder', { id, version: await versionOf('work_orders', id), reason: 'wash them' });
  for (const { id: operationId } of operations) {
    await say('reportProduction', { requestId: `r-more-${operationId}`, operationId, goodQuantity: '1' });
  }
  const locationId = await eventually(`SELECT id FROM mes.stock_locations WHERE purpose = 'STORAGE'`);
  await say('acceptFinishedGoodsReceipt', { requestId: 'r-5', ...(await receipt()), locationId });

  await eventually(`SELECT work_order_id AS id FROM mes.work_order_costs WHERE work_order_id = '${id}'`);
  const rates = {
    factoryId: plant.factoryId,
    validFrom: '2026-01-01',
    currency: 'CNY',
    source: 'Controlling, corrected',
  };
  await say('defineCostRates', { requestId: 'r-6', ...rates, labourPerHour: '50' });
  await say('recomputeWorkOrderCost', { workOrderId: id });
};

export const reportScenarios = [reports, approvals, completion];
