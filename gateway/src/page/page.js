'use strict';
// Runs in the browser: signs in as a demo user with one click and opens GraphiQL with the example operations.

let token = '';
let socket = null;
const status = document.getElementById('status');

function use(newToken, text, user = '') {
  token = newToken;
  status.textContent = text;
  // The next subscription opens a socket of its own, with the new token.
  if (socket) socket.dispose();
  socket = null;
  void render(user);
}

async function signIn(user, button) {
  const response = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId: user.id }),
  });
  const answer = await response.json();
  if (!response.ok) return use('', answer.errors[0].message);
  for (const other of document.querySelectorAll('#users button'))
    other.setAttribute('aria-pressed', String(other === button));
  token = answer.token;
  await fillVariables();
  use(answer.token, `Signed in as ${user.name} (${user.id}), ${user.role}.`, user.id);
}

async function ask(query) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization() },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const RUNNING_ORDERS = `{ workOrders(first: 20, filter: { status: [IN_PROGRESS] }) { edges { node {
  operations { id goodQuantity goodLimit }
  reports(first: 1) { edges { node { shiftDate shift station { id } } } }
} } } }`;

/** The examples act on something that is really there: an operation with pieces left, and the board of a last report. */
async function fillVariables() {
  const { data } = await ask(RUNNING_ORDERS);
  const orders = (data?.workOrders?.edges ?? []).map((edge) => edge.node);
  const operation = orders.flatMap((order) => order.operations).find((it) => it.goodLimit - it.goodQuantity >= 1);
  const report = orders.flatMap((order) => order.reports?.edges ?? []).find((edge) => edge.node.station)?.node;
  const values = {
    ...(operation && {
      ReportProduction: {
        input: { requestId: `page-${crypto.randomUUID()}`, operationId: operation.id, goodQuantity: '1' },
      },
    }),
    ...(report && {
      ShiftBoard: { stationId: report.station.id, shiftDate: report.shiftDate, shift: report.shift },
    }),
  };
  // What a person wrote stays: only tabs without variables are filled.
  tabs = tabs.map((tab) => {
    const name = /\b(?:query|mutation|subscription)\s+(\w+)/.exec(tab.query ?? '')?.[1];
    return values[name] && !tab.variables?.trim() ? { ...tab, variables: JSON.stringify(values[name], null, 2) } : tab;
  });
}

function offerUsers(users) {
  for (const user of users) {
    const button = document.createElement('button');
    button.textContent = `${user.id} · ${user.role.replaceAll('_', ' ')}`;
    button.title = user.name;
    button.addEventListener('click', () => void signIn(user, button));
    document.getElementById('users').append(button);
  }
  document.getElementById('own-token').hidden = users.length > 0;
  document
    .getElementById('token')
    .addEventListener('change', (event) => use(event.target.value.trim(), 'Token set.', 'own'));
}

const authorization = () => (token ? { authorization: `Bearer ${token}` } : {});

const fetcher = GraphiQL.createFetcher({
  url: '/graphql',
  fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, ...authorization() } }),
  // One client that always speaks with the token of the moment.
  wsClient: {
    subscribe(payload, sink) {
      socket ??= graphqlWs.createClient({
        url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
        connectionParams: authorization,
        lazy: true,
      });
      return socket.subscribe(payload, sink);
    },
  },
});

/** Every visit, and every user, begins with the tabs that we hand over. */
function forThisVisit() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    get length() {
      return kept.size;
    },
  };
}

let root = null;
let tabs = [];

/** A new user has a page of their own. Who may not see the schema writes without its help, and without its error. */
async function render(user) {
  const { errors } = await ask('{ __schema { queryType { name } } }');
  const page = React.createElement(GraphiQL, {
    key: user,
    fetcher,
    schema: errors ? null : undefined,
    ...(tabs.length > 0 ? { defaultTabs: tabs } : {}),
    onTabChange: (state) => {
      tabs = state.tabs.map(({ query, variables }) => ({ query, variables }));
    },
    storage: forThisVisit(),
    defaultEditorToolsVisibility: 'variables',
    isHeadersEditorEnabled: false,
    shouldPersistHeaders: false,
  });
  root ??= ReactDOM.createRoot(document.getElementById('graphiql'));
  root.render(page);
}

async function start() {
  const { users, operations } = await (await fetch('/page/config.json')).json();
  tabs = operations.map(({ query, variables }) => ({ query, variables }));
  offerUsers(users);
  await render('');
}

void start();
