import { isId } from '@enghub/subgraph-kit/ids';
import DataLoader from 'dataloader';
import type { Decimal } from 'decimal.js';
import type { Db } from '../database.ts';
import { addElements, elementsOf, FORMULA_VERSION, producedQuantity, ratiosOf, type Elements } from './rules.ts';
import * as store from './store.ts';

export type OeeKey = Readonly<{ stationId: string; shiftDate: string; shift: string | null }>;

/** OEE as clients read it: figures of at most six decimals. */
export type OeeFigures = ReturnType<typeof figuresOf>;

/** Two queries, whatever number of stations, days and shifts is asked for. */
export const oeeLoader = (db: Db) =>
  new DataLoader<OeeKey, OeeFigures | null, string>(
    async (keys) => {
      const asked = keys.filter(({ stationId }) => isId(stationId));
      if (asked.length === 0) return keys.map(() => null);
      const days = [...new Set(asked.map(({ shiftDate }) => shiftDate))];
      const stations = [...new Set(asked.map(({ stationId }) => stationId))];
      const activities = await store.activitiesOn(db, stations, days);
      const factories = [...new Set(activities.map(({ factoryId }) => factoryId))];
      const occurrences = factories.length > 0 ? await store.occurrencesOn(db, factories, days) : [];
      return keys.map((key) => figuresFor(key, activities, occurrences));
    },
    { cacheKeyFn: ({ stationId, shiftDate, shift }) => JSON.stringify([stationId, shiftDate, shift]) },
  );

type Activities = Awaited<ReturnType<typeof store.activitiesOn>>;
type Occurrences = Awaited<ReturnType<typeof store.occurrencesOn>>;

/** Null when nothing was reported: no data is not the same as standing still. */
function figuresFor({ stationId, shiftDate, shift }: OeeKey, all: Activities, known: Occurrences): OeeFigures | null {
  const isAsked = (it: { shiftDate: string; shift: string }) =>
    it.shiftDate === shiftDate && (shift === null || it.shift === shift);
  const activities = all.filter((it) => it.stationId === stationId && isAsked(it));
  const [first] = activities;
  if (!first) return null;
  // The other shifts of the day are part of its planned time even when this station did nothing in them.
  const elements = known
    .filter((it) => it.factoryId === first.factoryId && isAsked(it))
    .map((occurrence) =>
      elementsOf(
        occurrence,
        activities.filter((it) => it.shift === occurrence.shift).map(({ activity }) => activity),
      ),
    );
  return elements.length > 0 ? figuresOf(shiftDate, shift, elements.reduce(addElements)) : null;
}

function figuresOf(shiftDate: string, shift: string | null, elements: Elements) {
  const { plannedBusyTime, actualProductionTime, actualSetupTime } = elements;
  const ratios = ratiosOf(elements);
  return {
    shiftDate,
    shift,
    value: ratios.value && figure(ratios.value),
    availability: ratios.availability && figure(ratios.availability),
    performance: ratios.performance && figure(ratios.performance),
    quality: ratios.quality && figure(ratios.quality),
    elements: {
      plannedOperationTime: figure(elements.plannedOperationTime),
      plannedBusyTime: figure(plannedBusyTime),
      actualProductionTime: figure(actualProductionTime),
      actualSetupTime: figure(actualSetupTime),
      unexplainedTime: figure(plannedBusyTime.minus(actualProductionTime).minus(actualSetupTime)),
      standardTime: elements.standardTime && figure(elements.standardTime),
      producedQuantity: figure(producedQuantity(elements)),
      goodQuantity: figure(elements.goodQuantity),
      scrapQuantity: figure(elements.scrapQuantity),
      reworkQuantity: figure(elements.reworkQuantity),
      formulaVersion: FORMULA_VERSION,
    },
  };
}

const figure = (value: Decimal): string => value.toDecimalPlaces(6).toFixed();
