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
  render(user);
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
  use(answer.token, `Signed in as ${user.name}, ${user.role}.`, user.id);
}

function offerUsers(users) {
  for (const user of users) {
    const button = document.createElement('button');
    button.textContent = `${user.name} · ${user.role}`;
    button.title = user.id;
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

let root = null;
let tabs = [];

/** A new user has a page of their own: GraphiQL then asks again for the schema, which not everyone may see. */
function render(user) {
  const page = React.createElement(GraphiQL, {
    key: user,
    fetcher,
    ...(tabs.length > 0 ? { defaultTabs: tabs } : {}),
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
  render('');
}

void start();
