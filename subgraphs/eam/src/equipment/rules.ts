/** What may be entered in the equipment register. Pure: the caller brings clock, ids and data. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';

export type Equipment = Readonly<{
  id: string;
  factoryId: string;
  code: string;
  name: string;
  stationId: string;
  registeredAt: Date;
}>;

/** A station as MES last described it. */
export type KnownStation = Readonly<{ id: string; factoryId: string; code: string; name: string }>;

/** Enough to point at a station; MES knows the rest. */
export type StationRef = Readonly<{ id: string }>;

export type EquipmentRefusal = 'STATION_NOT_FOUND' | 'CODE_TAKEN' | 'BAD_NAME';

/** The register says the same afterwards: nothing to save, nothing to publish. */
export type Registration = Readonly<{ equipment: Equipment; isChange: boolean }>;

const MAX_LENGTH = 100;

export function register(
  input: Readonly<{ code: string; name: string }>,
  found: Readonly<{ station: KnownStation | null; atStation: Equipment | null; withCode: Equipment | null }>,
  fresh: Readonly<{ id: string; at: Date }>,
): Decision<Registration, never, EquipmentRefusal> {
  const code = input.code.trim();
  const name = input.name.trim();
  if (!isLabel(code) || !isLabel(name)) return refuse('BAD_NAME');
  const { station, atStation, withCode } = found;
  if (!station) return refuse('STATION_NOT_FOUND');
  if (withCode && withCode.stationId !== station.id) return refuse('CODE_TAKEN');

  if (!atStation) return accept({ equipment: newEquipment(station, code, name, fresh), isChange: true });
  const isChange = atStation.code !== code || atStation.name !== name;
  return accept({ equipment: { ...atStation, code, name }, isChange });
}

/**
 * What the register does when MES defines a station: a new one gets equipment of its own code and name; equipment that
 * nobody named otherwise follows a station that is renamed.
 */
export function followStation(
  station: KnownStation,
  found: Readonly<{ before: KnownStation | null; atStation: Equipment | null; isTaken: (code: string) => boolean }>,
  fresh: Readonly<{ id: string; at: Date }>,
): Equipment | null {
  const { before, atStation, isTaken } = found;
  if (!atStation) return newEquipment(station, freeCode(station.code, isTaken), station.name, fresh);
  const isNamedAfterIt = before !== null && atStation.code === before.code && atStation.name === before.name;
  if (!isNamedAfterIt || (before.code === station.code && before.name === station.name)) return null;
  const code = station.code === before.code ? station.code : freeCode(station.code, isTaken);
  return { ...atStation, code, name: station.name };
}

function newEquipment(station: KnownStation, code: string, name: string, fresh: { id: string; at: Date }): Equipment {
  return { id: fresh.id, factoryId: station.factoryId, code, name, stationId: station.id, registeredAt: fresh.at };
}

function freeCode(code: string, isTaken: (code: string) => boolean): string {
  if (!isTaken(code)) return code;
  let number = 2;
  while (isTaken(`${code}-${number}`)) number += 1;
  return `${code}-${number}`;
}

// Control characters would split a label on paper and on screens.
const isLabel = (text: string) => text.length > 0 && text.length <= MAX_LENGTH && !/\p{Cc}/u.test(text);
