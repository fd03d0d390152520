import { describe, expect, it } from 'vitest';
import { followStation, register, type Equipment, type KnownStation } from './rules.ts';

const at = new Date('2026-01-05T06:00:00Z');
const fresh = { id: 'eq-new', at };
const station: KnownStation = { id: 'st-1', factoryId: 'factory-sh-01', code: 'M4', name: 'Machine 4' };
const lathe: Equipment = {
  id: 'eq-1',
  factoryId: 'factory-sh-01',
  code: 'M4',
  name: 'Machine 4',
  stationId: 'st-1',
  registeredAt: at,
};
const input = { code: 'L-07', name: 'Lathe 7' };
const nothing = { station, atStation: null, withCode: null };

describe('registering equipment', () => {
  it('enters a machine at a station that has none', () => {
    expect(register({ code: ' L-07 ', name: ' Lathe 7 ' }, nothing, fresh)).toEqual({
      ok: true,
      state: {
        equipment: {
          id: 'eq-new',
          factoryId: 'factory-sh-01',
          code: 'L-07',
          name: 'Lathe 7',
          stationId: 'st-1',
          registeredAt: at,
        },
        isChange: true,
      },
      events: [],
    });
  });

  it('renames the machine that is there, which stays the same machine', () => {
    const decision = register(input, { ...nothing, atStation: lathe }, fresh);
    expect(decision).toMatchObject({ state: { equipment: { id: 'eq-1', code: 'L-07' }, isChange: true } });
  });

  it('has nothing to say when the register says so already', () => {
    const again = register(lathe, { station, atStation: lathe, withCode: lathe }, fresh);
    expect(again).toMatchObject({ ok: true, state: { equipment: lathe, isChange: false } });
  });

  it.each([
    ['an empty code', { ...input, code: '  ' }],
    ['an empty name', { ...input, name: '' }],
    ['a code of 101 characters', { ...input, code: 'x'.repeat(101) }],
    ['a name with a line break', { ...input, name: 'Lathe\n7' }],
  ])('refuses %s', (_case, bad) => {
    expect(register(bad, nothing, fresh)).toEqual({ ok: false, refusal: 'BAD_NAME' });
  });

  it('refuses a station nobody has heard of', () => {
    expect(register(input, { ...nothing, station: null }, fresh)).toEqual({ ok: false, refusal: 'STATION_NOT_FOUND' });
  });

  it('refuses a code that another station’s machine has', () => {
    const elsewhere = { ...lathe, id: 'eq-2', code: 'L-07', stationId: 'st-2' };
    expect(register(input, { ...nothing, withCode: elsewhere }, fresh)).toEqual({ ok: false, refusal: 'CODE_TAKEN' });
  });
});

describe('when MES defines a station', () => {
  const isTaken = (...codes: string[]) => ({ isTaken: (code: string) => codes.includes(code) });

  it('a new one gets equipment of its own name', () => {
    const made = followStation(station, { before: null, atStation: null, ...isTaken() }, fresh);
    expect(made).toMatchObject({ id: 'eq-new', code: 'M4', name: 'Machine 4', stationId: 'st-1' });
  });

  it('a code that is taken gets a number', () => {
    const made = followStation(station, { before: null, atStation: null, ...isTaken('M4', 'M4-2') }, fresh);
    expect(made?.code).toBe('M4-3');
  });

  it('equipment nobody named otherwise is renamed with it', () => {
    const renamed = { ...station, name: 'Mill 4' };
    const followed = followStation(renamed, { before: station, atStation: lathe, ...isTaken('M4') }, fresh);
    expect(followed).toEqual({ ...lathe, name: 'Mill 4' });
  });

  it('a name that a person gave stays', () => {
    const named = { ...lathe, name: 'Big Bertha' };
    const renamed = { ...station, name: 'Mill 4' };
    expect(followStation(renamed, { before: station, atStation: named, ...isTaken() }, fresh)).toBeNull();
  });

  it('nothing happens when it only moved to another line', () => {
    expect(followStation(station, { before: station, atStation: lathe, ...isTaken('M4') }, fresh)).toBeNull();
  });
});
