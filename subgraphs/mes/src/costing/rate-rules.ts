/** What an hour and a material cost. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';

export type MaterialCost = Readonly<{ materialId: string; unit: string; cost: string }>;

export type StationRate = Readonly<{ stationId: string; perHour: string }>;

export type Rates = Readonly<{
  labourPerHour: string | null;
  /** For operations that require the skill; the dearest of those required counts. */
  labourBySkill: readonly Readonly<{ skill: string; perHour: string }>[];
  machinePerHour: string | null;
  machineByStation: readonly StationRate[];
  materials: readonly MaterialCost[];
}>;

export type CostRates = Rates &
  Readonly<{
    id: string;
    factoryId: string;
    validFrom: string;
    currency: string;
    source: string;
    definedBy: string;
    definedAt: Date;
  }>;

export type RateRefusal = 'BAD_CURRENCY' | 'BAD_RATE' | 'BAD_NAME' | 'GIVEN_TWICE' | 'TOO_MANY';

const MAX_MATERIALS = 5_000;

export function defineRates(rates: CostRates): Decision<CostRates, never, RateRefusal> {
  if (!isCurrency(rates.currency)) return refuse('BAD_CURRENCY');
  const { labourBySkill, machineByStation, materials } = rates;
  if ([labourBySkill, machineByStation, materials].some((list) => list.length > MAX_MATERIALS))
    return refuse('TOO_MANY');
  const names = [
    rates.source,
    ...labourBySkill.map(({ skill }) => skill),
    ...materials.flatMap(({ materialId, unit }) => [materialId, unit]),
  ];
  if (!names.every(isLabel)) return refuse('BAD_NAME');
  const amounts = [
    ...[rates.labourPerHour, rates.machinePerHour].filter((it) => it !== null),
    ...[...labourBySkill, ...machineByStation].map(({ perHour }) => perHour),
    ...materials.map(({ cost }) => cost),
  ];
  if (amounts.some((amount) => new Decimal(amount).lt(0))) return refuse('BAD_RATE');
  const keys = [
    labourBySkill.map(({ skill }) => skill),
    machineByStation.map(({ stationId }) => stationId),
    materials.map(({ materialId }) => materialId),
  ];
  return keys.some((list) => new Set(list).size < list.length) ? refuse('GIVEN_TWICE') : accept(rates);
}

const isCurrency = (code: string): boolean =>
  /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf('currency').includes(code);

// ISO 4217 by exponent; every other currency has two decimal places. What Intl knows is how amounts are displayed.
const WITHOUT_PLACES = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ');
const WITH_THREE = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');

export const minorUnits = (currency: string): number =>
  WITHOUT_PLACES.includes(currency) ? 0 : WITH_THREE.includes(currency) ? 3 : 2;

/** Half away from zero, in the currency's own places: done once, when an amount is complete. */
export const roundMoney = (amount: Decimal, currency: string): Decimal =>
  amount.toDecimalPlaces(minorUnits(currency), Decimal.ROUND_HALF_UP);
