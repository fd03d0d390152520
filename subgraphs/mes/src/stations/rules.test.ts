import { describe, expect, it } from 'vitest';
import { defineArea, defineFactory, defineLine, defineStation, reinstate, retire, type Station } from './rules.ts';

const settings = { id: 'f', name: 'Shanghai', timeZone: 'Asia/Shanghai', overproductionPercent: '5.0' };
const known = { ...settings, overproductionPercent: '5', calendarVersion: 7 };

describe('defining a plant', () => {
  it('begins its calendar', () => {
    expect(defineFactory(null, settings)).toMatchObject({ ok: true, state: { ...known, calendarVersion: 1 } });
  });

  it('moves the calendar with the time zone, and only with it', () => {
    expect(defineFactory(known, { ...settings, name: 'Pudong' })).toMatchObject({ state: { calendarVersion: 7 } });
    expect(defineFactory(known, { ...settings, timeZone: 'Europe/Berlin' })).toMatchObject({
      state: { calendarVersion: 8 },
    });
  });

  it.each([
    ['a blank name', { name: '' }, 'BAD_NAME'],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }, 'UNKNOWN_TIME_ZONE'],
    ['an offset, which knows no clock changes', { timeZone: '+08:00' }, 'UNKNOWN_TIME_ZONE'],
    ['an allowance below zero', { overproductionPercent: '-0.1' }, 'OUT_OF_RANGE'],
    ['an allowance above 100 percent', { overproductionPercent: '100.1' }, 'OUT_OF_RANGE'],
  ])('refuses %s', (_case, change, refusal) => {
    expect(defineFactory(known, { ...settings, ...change })).toEqual({ ok: false, refusal });
  });
});

describe('defining an area', () => {
  const area = { id: 'a-2', factoryId: 'f', code: 'HALL-1', name: 'Hall 1' };

  it('renames the one with this code', () => {
    expect(defineArea({ ...area, id: 'a-1', name: 'Old' }, area)).toMatchObject({ state: { ...area, id: 'a-1' } });
  });

  it('refuses a blank name', () => {
    expect(defineArea(null, { ...area, name: '' })).toEqual({ ok: false, refusal: 'BAD_NAME' });
  });
});

describe('defining a line', () => {
  const line = { id: 'l-2', factoryId: 'f', areaId: 'a-1', code: 'L1', name: 'Assembly' };

  it('changes the one with this code', () => {
    expect(defineLine({ ...line, id: 'l-1', name: 'Old' }, line)).toMatchObject({
      state: { ...line, id: 'l-1' },
    });
  });

  it('refuses a blank code', () => {
    expect(defineLine(null, { ...line, code: ' ' })).toEqual({ ok: false, refusal: 'BAD_NAME' });
  });
});

describe('defining a station', () => {
  const station: Station = {
    id: 's-2',
    factoryId: 'f',
    lineId: null,
    code: 'M1',
    name: 'Mill',
    capacity: 1,
    equipmentClass: 'MILL',
    retiredAt: null,
  };

  it('changes the one with this code', () => {
    expect(defineStation({ ...station, id: 's-1', name: 'Old' }, station)).toMatchObject({
      state: { ...station, id: 's-1' },
    });
  });

  it('gets no new work once it is retired, until it is reinstated', () => {
    const at = new Date('2026-03-10T04:00:00Z');
    const retired = retire(station, at);
    expect(retired).toEqual({ ...station, retiredAt: at });
    expect(retire(retired, new Date())).toBe(retired);
    expect(defineStation(retired, { ...station, name: 'New' })).toMatchObject({
      state: { name: 'New', retiredAt: at },
    });
    expect(reinstate(retired)).toEqual(station);
    expect(reinstate(station)).toBe(station);
  });

  it.each([
    ['a blank name', { name: '' }, 'BAD_NAME'],
    ['a blank class', { equipmentClass: ' ' }, 'BAD_NAME'],
    ['room for no job', { capacity: 0 }, 'OUT_OF_RANGE'],
  ])('refuses %s', (_case, change, refusal) => {
    expect(defineStation(null, { ...station, ...change })).toEqual({ ok: false, refusal });
  });
});
