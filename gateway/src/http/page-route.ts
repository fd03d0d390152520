/** The page at `/`: GraphiQL from npm packages, without a byte from elsewhere. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Demo } from './dev-token-route.ts';
import { pathOf, send, sendJson } from './responses.ts';

/** Answers true when the path was one of the page's. */
export type PageRoute = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

type Asset = Readonly<{ file: string; type: string }>;

const require = createRequire(import.meta.url);
const inPackage = (name: string, file: string) =>
  path.join(path.dirname(require.resolve(`${name}/package.json`)), file);
const own = (file: string) => path.join(import.meta.dirname, '../page', file);

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

const assets: Readonly<Record<string, Asset>> = {
  '/': { file: own('index.html'), type: 'text/html; charset=utf-8' },
  '/page/page.js': { file: own('page.js'), type: script },
  '/page/page.css': { file: own('page.css'), type: style },
  '/page/react.js': { file: inPackage('react', 'umd/react.production.min.js'), type: script },
  '/page/react-dom.js': { file: inPackage('react-dom', 'umd/react-dom.production.min.js'), type: script },
  '/page/graphql-ws.js': { file: inPackage('graphql-ws', 'umd/graphql-ws.min.js'), type: script },
  '/page/graphiql.js': { file: inPackage('graphiql', 'graphiql.min.js'), type: script },
  '/page/graphiql.css': { file: inPackage('graphiql', 'graphiql.min.css'), type: style },
};

// GraphiQL's editor measures text with inline styles and brings its font inside the style sheet.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const compress = promisify(gzip);

export function pageRoute(demo: Demo | undefined, operationsFolder: string): PageRoute {
  const loaded = new Map<string, Promise<Buffer>>();

  async function load(file: string): Promise<Buffer> {
    const known = loaded.get(file) ?? readFile(file).then((content) => compress(content));
    loaded.set(file, known);
    return known;
  }

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const requested = pathOf(request);
    if (requested === '/page/config.json') {
      sendJson(response, 200, { users: demo?.users ?? [], operations: await readExamples(operationsFolder) });
      return true;
    }
    const asset = assets[requested];
    if (!asset) return false;
    const content = await load(asset.file);
    send(response, 200, request.method === 'HEAD' ? '' : content, {
      'content-type': asset.type,
      'content-encoding': 'gzip',
      'cache-control': requested === '/' ? 'no-cache' : 'public, max-age=3600',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    });
    return true;
  };
}

type Example = Readonly<{ name: string; query: string; variables: string }>;

/** What people ask for first: the floor, a report, live boards, what to do next, what is in the way, where a lot went. */
const EXAMPLES = [
  'Floor',
  'ReportProduction',
  'ShiftBoard',
  'LineShiftBoard',
  'DispatchList',
  'WhyCantItStart',
  'Recall',
  'Inventory',
];

/** Among the operations that clients really send; `Name.variables.json` beside one gives it its variables. */
async function readExamples(folder: string): Promise<readonly Example[]> {
  const read = (file: string) => readFile(path.join(folder, file), 'utf8').catch(() => '');
  const examples = await Promise.all(
    EXAMPLES.map(async (name) => ({
      name,
      query: await read(`${name}.graphql`),
      variables: await read(`${name}.variables.json`),
    })),
  );
  return examples.filter(({ query }) => query !== '');
}
