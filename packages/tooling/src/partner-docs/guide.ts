/** What a partner must know beside the schema: how to sign in, how to call, what comes back, how often. */
import { faultCodes, type FaultCode } from '@enghub/subgraph-kit/fault';
import { html, type Html } from './html.ts';

/** The gateway's defaults; all-in-one/src/partner-role.test.ts holds them against it. */
export const servedLimits = {
  workOrderCommands: 100,
  reportCommands: 200,
  operations: 3_000,
  depth: 15,
  cost: 10_000,
  bodyBytes: 1024 * 1024,
  subscriptionsPerSocket: 50,
} as const;

/** Of the graph's faults, those that a partner can meet. */
const metFaults: readonly FaultCode[] = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'SUBGRAPH_UNAVAILABLE',
  'UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
];

const gatewayErrors: Readonly<Record<string, string>> = {
  GRAPHQL_PARSE_FAILED: 'The text is no GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document asks for something that is not in this reference.',
  RATE_LIMITED: 'Too many calls in this minute: status 429; wait as many seconds as Retry-After says.',
  TOO_MANY_COMMANDS: 'More commands in one request than a minute allows: send them in smaller parts.',
  QUERY_TOO_COSTLY: 'The answer could hold too many objects: ask for smaller pages.',
  QUERY_TOO_DEEP: 'Fields are nested too deeply.',
  REAUTHENTICATION_REQUIRED: 'Your permissions cannot be looked up at the moment: sign in again in a while.',
  IDENTITY_UNAVAILABLE: 'Tokens cannot be checked at the moment: status 503.',
};

export const errorCodes: Readonly<Record<string, string>> = {
  ...gatewayErrors,
  ...Object.fromEntries(metFaults.map((code) => [code, faultCodes[code]])),
};

const curl = `curl https://mes.example.com/graphql \\
  -H "authorization: Bearer $TOKEN" \\
  -H "content-type: application/json" \\
  -H "accept: application/graphql-response+json" \\
  -d '{"query": "{ factories { id name } }"}'`;

const socket = `import { createClient } from 'graphql-ws';

const client = createClient({
  url: 'wss://mes.example.com/graphql',
  connectionParams: async () => ({ authorization: \`Bearer \${await freshToken()}\` }),
});`;

export function guide(scopes: readonly string[]): Html {
  return html`<h1>EngHub MES for partners</h1>
    <p>
      One GraphQL endpoint tells how far orders are, what was reported, what inspections found, what became of a lot,
      and takes orders and reports from your systems. The <a href="reference.html">reference</a> holds everything that
      you may ask, and nothing beside it can be asked. The same schema is in
      <a href="partner.graphql">partner.graphql</a>, and introspection answers with it.
    </p>
    <h2 id="sign-in">Signing in</h2>
    <p>
      The plant's ERP makes an account for your program and signs it in. Send its token, a JWT for the audience
      <code>enghub</code>, with each request. What the account may do and which plants it sees is kept in the ERP, not
      in the token, and holds within seconds after it was changed there. It needs the permission
      <code>graph:partner</code>, and these scopes:
    </p>
    <ul>
      ${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}
    </ul>
    <p>
      A field whose scope is missing answers null, with an error <code>FORBIDDEN</code> at its place; the rest is
      answered.
    </p>
    <h2 id="calls">Calling</h2>
    <p>POST to <code>/graphql</code>; queries may come by GET too.</p>
    <pre><code>${curl}</code></pre>
    <ul>
      <li>
        <code>accept-language: zh-CN</code> or <code>en</code> chooses the language of messages for people. Codes never
        change.
      </li>
      <li><code>x-factory-id</code> narrows a request to one of your plants.</li>
      <li>
        Lists have pages: <code>first</code> (at most 200) and <code>after</code>, the <code>endCursor</code> of the
        page before.
      </li>
      <li>
        Quantities are decimal numbers in strings, instants are in UTC, days are days of the plant's time zone. An
        unknown id and an id that is not yours to see are both answered null.
      </li>
    </ul>
    <h2 id="commands">Commands</h2>
    <p>
      Each command carries a <code>requestId</code> that you make. When no answer arrives, send the same again: it is
      done once, and the first result comes back with <code>replayed: true</code>. The answer is a union: what was done,
      or a refusal with a <code>code</code> for programs and a <code>message</code> for people.
    </p>
    <h2 id="live">Live</h2>
    <p>
      Subscriptions, where the reference has any, are served over WebSocket (<code>graphql-transport-ws</code>) at the
      same path. The first message is how things are now. A socket is closed with 4401 when its token ends, and with
      4403 when the account's permissions changed: sign in and connect again.
    </p>
    <pre><code>${socket}</code></pre>
    <h2 id="errors">Errors</h2>
    <p>
      A refusal is data. Everything else that goes wrong stands in <code>errors</code>, with one of these codes in
      <code>extensions.code</code>. Every answer has a header <code>x-trace-id</code>: name it when you ask for help.
    </p>
    <table>
      ${Object.entries(errorCodes).map(
        ([code, meaning]) =>
          html`<tr id="error-${code}">
            <th><code>${code}</code></th>
            <td>${meaning}</td>
          </tr>`,
      )}
    </table>
    <h2 id="limits">Limits</h2>
    <p>These hold unless the plant has set others.</p>
    <table>
      ${limits.map(
        ([what, value]) =>
          html`<tr>
            <th>${what}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </table>`;
}

const many = (count: number): string => count.toLocaleString('en');

const limits: readonly (readonly [string, string])[] = [
  ['commands on work orders', `${many(servedLimits.workOrderCommands)} a minute`],
  ['commands that report production', `${many(servedLimits.reportCommands)} a minute`],
  ['requests', `${many(servedLimits.operations)} a minute`],
  ['objects that one answer may come to hold', many(servedLimits.cost)],
  ['fields within one another', many(servedLimits.depth)],
  ['size of a request', `${many(servedLimits.bodyBytes / 1024)} KiB`],
  ['live operations on one socket', many(servedLimits.subscriptionsPerSocket)],
];
