import { inChinese, operator, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

let now = new Date('2012-01-30T06:00:00Z');
let mes: TestSubgraph;
let plant: Plant;
let lineId: string;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  [{ id: lineId }] = (await mes.rows<{ id: string }>('SELECT id FROM mes.production_lines')) as [{ id: string }];
});
afterAll(() => mes.stop());

const shift = { shiftDate: '2012-01-30', shift: 'day' };
const NOTE = `mutation($input: WriteHandOverNoteInput!) { writeHandOverNote(input: $input) {
  ... on WriteHandOverNotePayload { replayed note { text station { code } line { code } writtenBy } }
  ... on HandOverNoteRefusal { code message } } }`;
const boardOf = (field: string, place: string) => `query($${place}: ID!, $shiftDate: LocalDate!, $shift: String!) {
  ${field}(${place}: $${place}, shiftDate: $shiftDate, shift: $shift) { handOverNotes { text } previousHandOver { text } } }`;
const ofMill = (change: object = {}) =>
  fieldOf(mes, boardOf('shiftBoard', 'stationId'), { ...shift, stationId: plant.stationId, ...change });
const ofLine = (change: object = {}) =>
  fieldOf(mes, boardOf('lineShiftBoard', 'lineId'), { ...shift, lineId, ...change });

let requests = 0;

/** Waits until the board that a topic belongs to ticks. */
const ticking = (...topic: string[]) =>
  new Promise<void>((resolve) => void mes.live.subscribe(['tenant-001', ...topic].join('.'), resolve));

describe('a hand-over note', () => {
  const note = (change: object = {}) => ({
    input: { requestId: `n-${++requests}`, ...shift, stationId: plant.stationId, text: 'Tool 4 runs hot.', ...change },
  });

  it('stands on the board of its shift and of the next one', async () => {
    const ticked = Promise.all([
      ticking('shiftBoard', plant.stationId, '2012-01-30', 'day'),
      ticking('shiftBoard', plant.stationId, '2012-01-30', 'night'),
    ]);
    const written = note();
    expect(await fieldOf(mes, NOTE, written, operator)).toEqual({
      replayed: false,
      note: { text: 'Tool 4 runs hot.', station: { code: 'M1' }, line: null, writtenBy: 'emp-101' },
    });
    expect(await fieldOf(mes, NOTE, written, operator)).toMatchObject({ replayed: true });
    await ticked;
    now = new Date('2012-01-30T07:00:00Z');
    await fieldOf(mes, NOTE, note({ text: 'Replaced.' }), operator);
    await fieldOf(mes, NOTE, note({ stationId: null, lineId, text: 'Short of bars.' }), operator);

    const texts = [{ text: 'Replaced.' }, { text: 'Tool 4 runs hot.' }];
    expect(await ofMill()).toEqual({ handOverNotes: texts, previousHandOver: [] });
    expect(await ofMill({ shift: 'night' })).toEqual({ handOverNotes: [], previousHandOver: texts });
    expect(await ofMill({ shiftDate: '2012-01-31' })).toEqual({ handOverNotes: [], previousHandOver: [] });
    expect(await ofLine({ shift: 'night' })).toEqual({
      handOverNotes: [],
      previousHandOver: [{ text: 'Short of bars.' }],
    });
  });

  it.each([
    [{ text: '  ' }, 'BAD_TEXT'],
    [{ text: 'x'.repeat(1001) }, 'BAD_TEXT'],
    [{ shift: 'swing' }, 'NO_SUCH_SHIFT'],
    [{ stationId: null }, 'PLACE_NOT_FOUND'],
    [{ stationId: 'nothing' }, 'PLACE_NOT_FOUND'],
    [{ requestId: '' }, 'BAD_REQUEST_ID'],
  ])('refuses %j: %s, and leaves no trace', async (change, code) => {
    const input = note(change);
    expect(await fieldOf(mes, NOTE, input)).toMatchObject({ code });
    expect(await fieldOf(mes, NOTE, input, inChinese(productionManager))).toMatchObject({ code });
    const booked = await mes.rows('SELECT FROM mes.requests WHERE request_id = $1', [input.input.requestId]);
    expect(booked).toHaveLength(0);
  });

  it.each(['<script>alert(1)</script>', `=cmd|'/C calc'!A0`, `'; DROP TABLE hand_over_notes; --`, '%_\\{{7*7}}'])(
    'keeps %s as the text that it is',
    async (text) => {
      expect(await fieldOf(mes, NOTE, note({ text }))).toMatchObject({ note: { text } });
    },
  );

  it('is never rewritten', async () => {
    await expect(mes.rows(`UPDATE mes.hand_over_notes SET text = 'nothing'`)).rejects.toThrow('never changed');
    await expect(mes.rows('DELETE FROM mes.hand_over_notes')).rejects.toThrow('never changed');
  });
});
