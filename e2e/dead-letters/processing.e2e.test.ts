/** A step of a report fails for good, and is repaired, in one process that hands its events over by itself. */
import { startEmbeddedPostgres } from '@enghub/database/embedded-postgres';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeData, startAllInOne } from '../support/all-in-one.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf, type Graph } from '../support/graph.ts';
import { smallPlant } from '../support/small-plant.ts';
import { processingOf, report } from './processing.ts';

const WITHIN = { within: 60_000 };
const stops: (() => Promise<unknown> | void)[] = [];
let graph: Graph;
let database: pg.Client;

beforeAll(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-processing-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const server = await startEmbeddedPostgres({
    dataDirectory: path.join(folder, 'server'),
    durable: false,
    temporary: true,
  });
  stops.push(() => server.stop());
  const names = ['MES', 'QMS', 'PP', 'EAM', 'LUAGUAGE_BRIDGE'].map((name) => `${name}_DATABASE_URL`);
  const system = await startAllInOne({ env: Object.fromEntries(names.map((name) => [name, server.url])) });
  stops.push(async () => {
    await system.stop();
    removeData(system);
  });
  graph = system.graph;
  database = new pg.Client({ connectionString: server.url });
  await database.connect();
  stops.push(() => database.end());
}, 300_000);
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

it('is seen at the report until an administrator has the step tried again', async () => {
  const plant = await smallPlant(graph);
  await database.query('ALTER TABLE qms.counted_reports RENAME TO counted_reports_lost');
  const reportId = await report(graph, plant, 'processing-1');
  await eventually(async () => (await processingOf(graph, plant, reportId))?.state === 'FAILED', WITHIN);
  expect(await processingOf(graph, plant, reportId)).toMatchObject({ failedStep: { step: 'qms.inspections' } });

  await database.query('ALTER TABLE qms.counted_reports_lost RENAME TO counted_reports');
  type Letters = { deadLetters: { qms: { edges: { node: { id: string } }[] } } };
  const letters = dataOf<Letters>(await graph.ask('emp-901', '{ deadLetters { qms { edges { node { id } } } } }'));
  const input = { requestId: 'wish-1', service: 'QMS', deadLetterId: letters.deadLetters.qms.edges[0]!.node.id };
  const replay = `mutation ($input: ReplayDeadLetterInput!) { replayDeadLetter(input: $input) { __typename } }`;
  dataOf(await graph.ask('emp-901', replay, { input }));
  await eventually(async () => (await processingOf(graph, plant, reportId))?.state === 'HANDED_OVER', WITHIN);
});
