import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, REPORT, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Reported = { replayed: boolean; report: { id: string; shiftDate: string; shift: string } };

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const report = <Answer = Reported>(input: Record<string, unknown>) => fieldOf<Answer>(mes, REPORT, { input });

describe('reporting production', () => {
  it('counts good pieces and says so to the world', async () => {
    const order = await anOrder(mes, plant);
    const operationId = order.operations[0]!.id;
    const answer = await report({
      requestId: 'first',
      operationId,
      goodQuantity: '4',
      endedAt: '2012-01-30T06:24:00Z',
    });
    expect(answer).toMatchObject({ replayed: false, report: { shiftDate: '2012-01-30', shift: 'day' } });
    const rows = await mes.rows(`SELECT good_quantity FROM mes.work_order_operations WHERE id = $1`, [operationId]);
    expect(rows).toEqual([{ good_quantity: '4.0000' }]);
  });
});
