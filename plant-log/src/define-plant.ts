/** Tells the graph what the plant is. Every command here is known by a code, so a second time changes nothing. */
import type { GraphClient } from './graph-client.ts';
import { inLanes } from './lanes.ts';
import { operations, type Operation, type Verdict } from './operations.ts';
import type { Plan } from './plan.ts';
import { people, plant } from './plant.ts';

/** Answers the ids of the stations by their codes. */
export async function definePlant(
  client: GraphClient,
  plan: Plan,
  concurrency: number,
): Promise<ReadonlyMap<string, string>> {
  const { factoryId } = plant;
  const tell = async <Payload>(operation: Operation<Verdict<Payload>>, what: string, user: string, input: object) => {
    const verdict = await client.call(operation, { input }, user);
    if (verdict.ok) return verdict.payload;
    throw new Error(`${what} was refused, so no row was sent: ${verdict.refusal.code} ${verdict.refusal.message}`);
  };
  const { administrator, qualityEngineer } = people;

  await tell(operations.defineFactory, `Plant ${factoryId}`, administrator, {
    id: factoryId,
    name: plant.name,
    timeZone: plant.timeZone,
    overproductionPercent: plant.overproductionPercent,
  });
  await tell(operations.definePlantPolicies, `The policies of ${factoryId}`, administrator, {
    factoryId,
    ...plant.policies,
  });
  await tell(operations.defineShiftPattern, 'The shift pattern', administrator, { factoryId, ...plant.shiftPattern });
  await tell(operations.defineProductionLine, `Line ${plant.line.code}`, administrator, { factoryId, ...plant.line });

  const stations = new Map<string, string>();
  await inLanes(plan.stations, concurrency, async ({ code, name }) => {
    const input = { factoryId, code, name, lineCode: plant.line.code, capacity: plant.stationCapacity };
    const { station } = await tell(operations.defineStation, `Station ${code}`, administrator, input);
    stations.set(code, station.id);
  });
  await inLanes(plan.routings, concurrency, async (routing) => {
    await tell(operations.defineRouting, `Routing ${routing.code}`, administrator, { factoryId, ...routing });
  });
  for (const inspectionPlan of plan.inspectionPlans) {
    const what = `The inspection plan for ${inspectionPlan.operationName ?? 'all operations'}`;
    await tell(operations.defineInspectionPlan, what, qualityEngineer, { factoryId, ...inspectionPlan });
  }
  return stations;
}
