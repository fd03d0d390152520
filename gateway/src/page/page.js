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

async function ask(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization() },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const ORDERS = `{
  running: workOrders(first: 20, filter: { status: [IN_PROGRESS] }) { edges { node {
    id version factory { id } quantity remainingQuantity
    operations { id status goodQuantity goodLimit station { id } }
    reports(first: 1) { edges { node { id shiftDate shift correctedTotals { goodQuantity } station { id line { id } } } } }
  } } }
  waiting: workOrders(first: 5, filter: { status: [PLANNED, RELEASED] }) { edges { node {
    id version factory { id } operations { id station { id } }
  } } }
  completed: workOrders(first: 1, filter: { status: [COMPLETED, CLOSED] }) { edges { node { id factory { id } } } }
}`;
const STORES = `query ($factoryId: ID!) {
  warehouses(factoryId: $factoryId) { locations { id purpose } }
  lots(factoryId: $factoryId, first: 20) { edges { node { number materialId workOrder { id } } } }
  stockMovements(first: 1, filter: { factoryId: $factoryId }) { edges { node { material { id } } } }
}`;

const nodes = (connection) => (connection?.edges ?? []).map((edge) => edge.node);
const request = (input) => ({ input: { requestId: `page-${crypto.randomUUID()}`, ...input } });

/** What can be filled with something that is really there, by the name of the operation. */
async function realVariables() {
  const { data } = await ask(ORDERS);
  const running = nodes(data?.running);
  const waiting = nodes(data?.waiting);
  const completed = nodes(data?.completed);
  const [order] = [...waiting, ...running, ...completed];
  if (!order) return {};
  const factoryId = order.factory.id;
  const operation = running.flatMap((it) => it.operations).find((it) => it.goodLimit - it.goodQuantity >= 1);
  const pending = [...waiting, ...running].flatMap((it) => it.operations).find((it) => it.status !== 'FINISHED');
  const place = [...running, ...waiting].flatMap((it) => it.operations).find((it) => it.station)?.station;
  const reports = running.flatMap((it) => nodes(it.reports));
  const report = reports.find((it) => it.station);
  const counted = reports.find((it) => it.correctedTotals?.goodQuantity >= 1);
  const started = running.find((it) => it.remainingQuantity >= 1);
  return {
    WhyCantItStart: { id: order.id },
    AuditTrail: { factoryId },
    ReportConflicts: { factoryId },
    ...(place && { DispatchList: { stationId: place.id } }),
    ...(pending && { StartOperation: request({ operationId: pending.id }) }),
    ...(operation && {
      ReportProduction: request({ operationId: operation.id, goodQuantity: '1' }),
      ReportProductionBatch: {
        input: { reports: [request({ operationId: operation.id, goodQuantity: '1' }).input] },
      },
    }),
    ...(counted && {
      CorrectProductionReport: request({
        reportId: counted.id,
        goodQuantity: String(counted.correctedTotals.goodQuantity - 1),
        reason: 'Counted again',
      }),
    }),
    ...(report && {
      ShiftBoard: { stationId: report.station.id, shiftDate: report.shiftDate, shift: report.shift },
      DailyReport: { factoryId, from: report.shiftDate, to: report.shiftDate },
    }),
    ...(report?.station.line && {
      LineShiftBoard: { lineId: report.station.line.id, shiftDate: report.shiftDate, shift: report.shift },
    }),
    ...(started && {
      SplitWorkOrder: request({ id: started.id, version: started.version, quantity: '1' }),
      CreateBackOrder: request({ id: started.id, version: started.version }),
    }),
    WorkOrderCost: { id: (completed[0] ?? order).id },
    ...(completed[0] && { CompletionReport: { id: completed[0].id } }),
    ...(await stockVariables(factoryId)),
  };
}

async function stockVariables(factoryId) {
  const { data } = await ask(STORES, { factoryId });
  const shelf = (data?.warehouses ?? [])
    .flatMap((it) => it.locations)
    .find((it) => /STORAGE|PRODUCTION/.test(it.purpose));
  const lots = nodes(data?.lots);
  // A lot that came from outside is the beginning of a recall.
  const lot = lots.find((it) => !it.workOrder) ?? lots[0];
  const materialId = nodes(data?.stockMovements)[0]?.material.id ?? lot?.materialId;
  return {
    // The example of GS1's own documentation.
    ParseGs1: { data: '(01)09506000134352(10)ABC123(17)271231' },
    ...(materialId && { Inventory: { materialId, factoryId } }),
    ...(shelf &&
      materialId && {
        ReceiveStock: request({
          locationId: shelf.id,
          materialId,
          quantity: '100',
          lotNumber: `PAGE-${crypto.randomUUID().slice(0, 8)}`,
        }),
      }),
    ...(lot && { Recall: { factoryId, materialId: lot.materialId, number: lot.number } }),
  };
}

/** The examples act on something that is really there. */
async function fillVariables() {
  const values = await realVariables();
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
