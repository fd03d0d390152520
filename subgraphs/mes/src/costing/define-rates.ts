import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import { once } from '../once.ts';
import { findStationsByCode } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import { defineRates, type CostRates, type RateRefusal } from './rate-rules.ts';
import * as store from './store.ts';

export type RatesInput = Readonly<{
  requestId: string;
  factoryId: string;
  validFrom: string;
  currency: string;
  source: string;
  labourPerHour?: string | null | undefined;
  labourBySkill: readonly Readonly<{ skill: string; perHour: string }>[];
  machinePerHour?: string | null | undefined;
  machineByStation: readonly Readonly<{ stationCode: string; perHour: string }>[];
  materials: readonly Readonly<{ materialId: string; unit: string; cost: string }>[];
}>;

export type CostRatesRefusal = Readonly<{
  code: RateRefusal | 'FACTORY_NOT_FOUND' | 'STATION_NOT_FOUND' | 'BAD_REQUEST_ID' | 'REQUEST_ID_REUSED';
}>;

/** The trail says which rates there were before; the amounts are encrypted in their rows, which stay. */
const auditable = ({ id, validFrom, currency, source }: CostRates) => ({ id, validFrom, currency, source });

type Outcome = Decision<Readonly<{ rates: CostRates; replayed: boolean }>, never, CostRatesRefusal>;

/** Says what hours and materials cost from a day on: the whole of it, so that one source stands for all of the figures. */
export async function defineCostRates(input: RatesInput, context: Context): Promise<Outcome> {
  const { requestId, ...body } = input;
  const { claims, db, loaders, now, vault } = context;
  const outcome = await once<{ ratesId: string }, CostRatesRefusal>(
    { requestId, command: 'defineCostRates', body },
    context,
    async (tx) => {
      const { factoryId, machineByStation } = body;
      if (!(await loaders.factory.load(factoryId))) return refuse({ code: 'FACTORY_NOT_FOUND' });
      const codes = machineByStation.map(({ stationCode }) => stationCode);
      if (!codes.every(isLabel)) return refuse({ code: 'STATION_NOT_FOUND' });
      const stations = new Map((await findStationsByCode(tx, factoryId, codes)).map(({ code, id }) => [code, id]));
      if (codes.some((code) => !stations.has(code))) return refuse({ code: 'STATION_NOT_FOUND' });

      const decision = defineRates({
        id: newId(),
        factoryId,
        validFrom: body.validFrom,
        currency: body.currency,
        source: body.source,
        labourPerHour: body.labourPerHour ?? null,
        labourBySkill: body.labourBySkill.map((it) => ({ ...it })),
        machinePerHour: body.machinePerHour ?? null,
        machineByStation: machineByStation.map(({ stationCode, perHour }) => ({
          stationId: stations.get(stationCode)!,
          perHour,
        })),
        materials: body.materials.map((it) => ({ ...it })),
        definedBy: claims.userId,
        definedAt: now(),
      });
      if (!decision.ok) return refuse({ code: decision.refusal });
      const rates = decision.state;
      const before = await store.findRates(tx, vault, factoryId, rates.validFrom);
      await store.insertRates(tx, vault, claims.tenantId, rates);
      await audit(tx, context, {
        command: 'defineCostRates',
        factoryId,
        entity: 'CostRates',
        entityId: rates.id,
        before: before && auditable(before),
        after: auditable(rates),
      });
      return { ok: true, state: { ratesId: rates.id }, events: [] };
    },
  );
  if (!outcome.ok) return outcome;
  const rates = await store.findRatesById(db, vault, outcome.state.answer.ratesId);
  // The plant may have left the user's list since.
  if (!rates) return refuse({ code: 'FACTORY_NOT_FOUND' });
  return { ok: true, state: { rates, replayed: outcome.state.replayed }, events: [] };
}
