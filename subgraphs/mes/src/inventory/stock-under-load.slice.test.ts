import { createMemoryCache } from '@enghub/cache/memory-cache';
import { productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definitionWith } from '../subgraph.ts';
import {
  differences,
  inventory,
  move,
  RESERVE,
  setUpStores,
  type Moved,
  type Refused,
  type Stores,
} from './stock-for-tests.ts';

const factoryId = 'factory-sh-01';
const cache = createMemoryCache();

let mes: TestSubgraph;
let plant: Plant;
let at: Stores;
beforeAll(async () => {
  mes = await testSubgraph(definitionWith(cache), { graph: erp });
  plant = await setUpPlant(mes);
  at = await setUpStores(mes, plant);
});
afterAll(async () => {
  await mes.stop();
  await cache.close();
});

describe('many at once', () => {
  it('take the last ten pieces, and not one more', async () => {
    const materialId = 'LAST';
    await move(mes, 'receiveStock', { locationId: at.store, materialId, quantity: '10' });
    const take = () =>
      move<Moved | Refused>(mes, 'shipStock', { locationId: at.store, materialId, quantity: '1', reference: 'SO' });
    const answers = await Promise.all(Array.from({ length: 20 }, take));
    const refused = answers.filter((answer): answer is Refused => 'code' in answer);
    expect(refused).toHaveLength(10);
    expect(new Set(refused.map(({ code, limit, actual }) => `${code} ${limit} ${actual}`))).toEqual(
      new Set(['INSUFFICIENT_STOCK 0 1']),
    );
    expect(await inventory(mes, materialId, factoryId)).toMatchObject({ onHand: '0' });
  });

  it('reserve what there is, and not one more', async () => {
    const materialId = 'KEPT';
    await move(mes, 'receiveStock', { locationId: at.store, materialId, quantity: '10' });
    const orders = await Promise.all(Array.from({ length: 6 }, () => anOrder(mes, plant, { upTo: 'PLANNED' })));
    const answers = await Promise.all(
      orders.map(({ id }) => {
        const input = { requestId: `keep-${id}`, workOrderId: id, lines: [{ materialId, quantity: '3' }] };
        return fieldOf<{ shortages: { quantity: string }[] }>(mes, RESERVE('reserveMaterials'), { input });
      }),
    );
    const short = answers
      .flatMap(({ shortages }) => shortages)
      .reduce((sum, { quantity }) => sum + Number(quantity), 0);
    expect(short).toBe(8);
    expect(await inventory(mes, materialId, factoryId)).toMatchObject({ reserved: '10', available: '0' });
  });

  it('move stock about without waiting for each other for ever, and the books are the sums of the movements', async () => {
    const places = ['store', 'line', 'dock'] as const;
    const step = fc.record({
      command: fc.constantFrom(
        'receiveStock',
        'transferStock',
        'scrapStock',
        'shipStock',
        'adjustStock',
        'reclassifyStock',
      ),
      from: fc.constantFrom(...places),
      to: fc.constantFrom(...places),
      material: fc.constantFrom('P', 'Q'),
      quantity: fc.integer({ min: 1, max: 40 }).map((tenths) => String(tenths / 10)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
        await Promise.all(
          steps.map(({ command, from, to, material: materialId, quantity }) => {
            const common = { materialId, quantity, reason: 'Test', reference: 'R' };
            const inputs: Record<string, object> = {
              receiveStock: { materialId, quantity, locationId: at[from] },
              transferStock: { materialId, quantity, fromLocationId: at[from], toLocationId: at[to] },
              scrapStock: { materialId, quantity, reason: 'Test', locationId: at[from] },
              shipStock: { materialId, quantity, reference: 'R', locationId: at[from] },
              adjustStock: { materialId, countedQuantity: quantity, reason: 'Test', locationId: at[from] },
              reclassifyStock: {
                ...{ materialId, quantity, reason: common.reason, locationId: at[from] },
                toMaterialId: materialId === 'P' ? 'Q' : 'P',
              },
            };
            return move(mes, command, inputs[command] as Record<string, unknown>);
          }),
        );
        expect(await differences(mes, factoryId)).toEqual([]);
        const below = await mes.rows(`SELECT id FROM mes.stock_balances WHERE on_hand < 0 OR on_hand < reserved`);
        expect(below).toEqual([]);
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});

describe('remembered stock', () => {
  it('is answered from memory until a movement, and then never', async () => {
    const materialId = 'HOT';
    const receive = () => move(mes, 'receiveStock', { locationId: at.store, materialId, quantity: '1' });
    await receive();
    expect(await inventory(mes, materialId, factoryId)).toMatchObject({ onHand: '1', source: 'FRESH' });
    expect(await inventory(mes, materialId, factoryId)).toMatchObject({ onHand: '1', source: 'CACHE' });
    await receive();
    expect(await inventory(mes, materialId, factoryId)).toMatchObject({ onHand: '2', source: 'FRESH' });
  });

  it('is never older than what a mover was told, however many read and move', async () => {
    const materialId = 'FRESH';
    let told = 0;
    const mover = async () => {
      for (let turn = 0; turn < 10; turn++) {
        await move(mes, 'receiveStock', { locationId: at.store, materialId, quantity: '1' });
        told += 1;
      }
    };
    let moving = true;
    const reader = async () => {
      while (moving) {
        // What is remembered is answered without a pause in which others could move anything.
        await new Promise((resolve) => setImmediate(resolve));
        const before = told;
        const { onHand } = await inventory(mes, materialId, factoryId);
        expect(Number(onHand)).toBeGreaterThanOrEqual(before);
      }
    };
    const readers = Promise.all(Array.from({ length: 4 }, reader));
    await Promise.all(Array.from({ length: 3 }, mover)).finally(() => (moving = false));
    await readers;
    expect(await inventory(mes, materialId, factoryId)).toMatchObject({ onHand: '30' });
  });

  it('of another plant is not given to who may not see it', async () => {
    await inventory(mes, 'HOT', factoryId);
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    expect(await inventory(mes, 'HOT', factoryId, elsewhere)).toBeNull();
  });
});
