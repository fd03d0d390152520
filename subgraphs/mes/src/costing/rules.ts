/** What an order should have cost and what it did. Pure: the caller brings quantities, times and rates. */
import { Decimal } from 'decimal.js';
import { roundMoney, type CostRates } from './rate-rules.ts';

export type OperationFacts = Readonly<{
  id: string;
  sequence: number;
  status: string;
  stationId: string | null;
  requiredSkills: readonly string[];
  goodQuantity: string;
  scrapQuantity: string;
  /** For the order's good pieces, and for one piece; null without a standard. */
  standardSetupSeconds: string | null;
  standardRunSeconds: string | null;
  standardRunSecondsPerPiece: string | null;
  actualSetupSeconds: string | null;
  actualLabourSeconds: string | null;
  actualMachineSeconds: string | null;
}>;

export type MaterialFacts = Readonly<{
  operationId: string;
  materialId: string;
  quantityPerPiece: string;
  unit: string;
}>;

/** What the stock ledger says that an order used, less what came back. */
export type Consumed = Readonly<{ materialId: string; quantity: string; unit: string | null }>;

export type CostFacts = Readonly<{
  goodQuantity: string;
  operations: readonly OperationFacts[];
  materials: readonly MaterialFacts[];
  /** Null when the plant keeps no stock of it: then the bill of materials says what was used. */
  consumed: readonly Consumed[] | null;
}>;

export type Breakdown = Readonly<{ material: string; labour: string; machine: string; scrap: string; total: string }>;

export type MissingKind =
  'LABOUR_RATE' | 'MACHINE_RATE' | 'MATERIAL_COST' | 'MATERIAL_UNIT' | 'STANDARD_TIME' | 'LABOUR_TIME' | 'MACHINE_TIME';
export type Missing = Readonly<{ kind: MissingKind; reference: string }>;

/** Kept as JSON. */
export type Cost = Readonly<{
  currency: string;
  goodQuantity: string;
  standard: Breakdown;
  actual: Breakdown;
  variance: string;
  standardPerPiece: string | null;
  actualPerPiece: string | null;
  materialIsEstimate: boolean;
  ratesSource: string;
  ratesValidFrom: string;
  missing: readonly Missing[];
}>;

const ZERO = new Decimal(0);
const HOUR = 3600;
const PER_PIECE_PLACES = 4;

export function costOf(facts: CostFacts, rates: CostRates): Cost {
  const missing = new Map<string, Missing>();
  const lacks = (kind: MissingKind, reference: string) => void missing.set(`${kind} ${reference}`, { kind, reference });
  const priced = pricing(rates, lacks);
  const operations = facts.operations.filter(({ status }) => status !== 'SKIPPED');
  const good = new Decimal(facts.goodQuantity);

  const standard = sums();
  const actual = sums();
  for (const operation of operations) {
    const processed = new Decimal(operation.goodQuantity).plus(operation.scrapQuantity);
    const { standardRunSeconds, standardSetupSeconds } = operation;
    if (standardRunSeconds === null) lacks('STANDARD_TIME', operation.id);
    // Set-up belongs to the order, not to its pieces: without any piece there was none to be set up for.
    const planned = new Decimal(standardRunSeconds ?? 0).plus(good.gt(0) ? (standardSetupSeconds ?? 0) : 0);
    standard.labour = standard.labour.plus(priced.labour(operation, planned));
    standard.machine = standard.machine.plus(priced.machine(operation, planned));

    const { actualLabourSeconds, actualMachineSeconds, actualSetupSeconds } = operation;
    if (processed.gt(0) && actualLabourSeconds === null) lacks('LABOUR_TIME', operation.id);
    if (processed.gt(0) && actualMachineSeconds === null) lacks('MACHINE_TIME', operation.id);
    const setUp = new Decimal(actualSetupSeconds ?? 0);
    actual.labour = actual.labour.plus(priced.labour(operation, setUp.plus(actualLabourSeconds ?? 0)));
    actual.machine = actual.machine.plus(priced.machine(operation, setUp.plus(actualMachineSeconds ?? 0)));
  }

  for (const { operationId, materialId, quantityPerPiece, unit } of facts.materials) {
    const cost = priced.material(materialId, unit);
    standard.material = standard.material.plus(good.times(quantityPerPiece).times(cost));
    if (facts.consumed) continue;
    const used = operations.find(({ id }) => id === operationId);
    const pieces = used ? new Decimal(used.goodQuantity).plus(used.scrapQuantity) : good;
    actual.material = actual.material.plus(pieces.times(quantityPerPiece).times(cost));
  }
  for (const { materialId, quantity, unit } of facts.consumed ?? []) {
    const known = unit ?? facts.materials.find((it) => it.materialId === materialId)?.unit ?? null;
    actual.material = actual.material.plus(new Decimal(quantity).times(priced.material(materialId, known)));
  }
  actual.scrap = scrapCost(operations, facts.materials, priced);

  const { currency } = rates;
  const done = { standard: rounded(standard, currency), actual: rounded(actual, currency) };
  const perPiece = (total: string) =>
    good.gt(0) ? new Decimal(total).div(good).toDecimalPlaces(PER_PIECE_PLACES, Decimal.ROUND_HALF_UP).toFixed() : null;
  return {
    currency,
    goodQuantity: facts.goodQuantity,
    ...done,
    variance: new Decimal(done.actual.total).minus(done.standard.total).toFixed(),
    standardPerPiece: perPiece(done.standard.total),
    actualPerPiece: perPiece(done.actual.total),
    materialIsEstimate: facts.consumed === null && facts.materials.length > 0,
    ratesSource: rates.source,
    ratesValidFrom: rates.validFrom,
    missing: [...missing.values()],
  };
}

/** By the standard; of a batch its share. Null without a standard. */
export function secondsPerPiece(
  operation: Readonly<{
    runSecondsPerPiece: string | null;
    runSecondsPerBatch: string | null;
    batchQuantity: string | null;
  }>,
): string | null {
  const { runSecondsPerPiece, runSecondsPerBatch, batchQuantity } = operation;
  if (runSecondsPerPiece !== null) return runSecondsPerPiece;
  if (runSecondsPerBatch === null || batchQuantity === null || new Decimal(batchQuantity).lte(0)) return null;
  return new Decimal(runSecondsPerBatch).div(batchQuantity).toFixed();
}

/** A scrapped piece cost what every operation up to its own put into it, by the standard. */
function scrapCost(
  operations: readonly OperationFacts[],
  materials: readonly MaterialFacts[],
  priced: ReturnType<typeof pricing>,
): Decimal {
  let upToHere = ZERO;
  let scrap = ZERO;
  for (const operation of [...operations].sort((a, b) => a.sequence - b.sequence)) {
    const seconds = new Decimal(operation.standardRunSecondsPerPiece ?? 0);
    upToHere = upToHere.plus(priced.labour(operation, seconds)).plus(priced.machine(operation, seconds));
    for (const { materialId, quantityPerPiece, unit } of materials.filter((it) => it.operationId === operation.id)) {
      upToHere = upToHere.plus(priced.material(materialId, unit).times(quantityPerPiece));
    }
    scrap = scrap.plus(upToHere.times(operation.scrapQuantity));
  }
  return scrap;
}

/** Rates as prices of seconds and materials; what has none costs nothing and is named. */
function pricing(rates: CostRates, lacks: (kind: MissingKind, reference: string) => void) {
  const skills = new Map(rates.labourBySkill.map(({ skill, perHour }) => [skill, perHour]));
  const stations = new Map(rates.machineByStation.map(({ stationId, perHour }) => [stationId, perHour]));
  const materials = new Map(rates.materials.map((it) => [it.materialId, it]));
  const hours = (seconds: Decimal, perHour: string) => seconds.times(perHour).div(HOUR);

  return {
    labour: ({ id, requiredSkills }: OperationFacts, seconds: Decimal): Decimal => {
      if (seconds.lte(0)) return ZERO;
      const dearest = requiredSkills.flatMap((skill) => skills.get(skill) ?? []);
      const rate = dearest.length > 0 ? Decimal.max(...dearest).toFixed() : rates.labourPerHour;
      if (rate === null) lacks('LABOUR_RATE', id);
      return rate === null ? ZERO : hours(seconds, rate);
    },
    machine: ({ id, stationId }: OperationFacts, seconds: Decimal): Decimal => {
      if (seconds.lte(0)) return ZERO;
      const rate = (stationId === null ? null : stations.get(stationId)) ?? rates.machinePerHour;
      if (rate === null) lacks('MACHINE_RATE', stationId ?? id);
      return rate === null ? ZERO : hours(seconds, rate);
    },
    material: (materialId: string, unit: string | null): Decimal => {
      const known = materials.get(materialId);
      if (!known) lacks('MATERIAL_COST', materialId);
      else if (unit !== null && known.unit !== unit) lacks('MATERIAL_UNIT', materialId);
      else return new Decimal(known.cost);
      return ZERO;
    },
  };
}

const sums = () => ({ material: ZERO, labour: ZERO, machine: ZERO, scrap: ZERO });

/** The total is the sum of what is shown. */
function rounded({ material, labour, machine, scrap }: ReturnType<typeof sums>, currency: string): Breakdown {
  const shown = [material, labour, machine].map((amount) => roundMoney(amount, currency));
  const [materials, labours, machines] = shown.map((amount) => amount.toFixed()) as [string, string, string];
  return {
    material: materials,
    labour: labours,
    machine: machines,
    scrap: roundMoney(scrap, currency).toFixed(),
    total: shown.reduce((total, amount) => total.plus(amount), ZERO).toFixed(),
  };
}
