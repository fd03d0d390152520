/** How we show the ERP who we are. */
import { request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { erpUnavailable } from './outage.ts';

export type ErpCredentials =
  | Readonly<{ kind: 'TOKEN'; token: string }>
  | Readonly<{ kind: 'PASSWORD'; user: string; password: string }>
  /** OAuth 2.0 client credentials: a token is fetched, and fetched again before it expires. */
  | Readonly<{ kind: 'CLIENT'; tokenUrl: string; clientId: string; clientSecret: string }>;

export type Authorization = Readonly<{
  header(signal: AbortSignal): Promise<string | undefined>;
  /** The ERP did not accept what we showed: the next question shows something new, if there is anything. */
  refused(): boolean;
  /** Takes what must stay between us and the ERP out of a text. */
  withoutSecrets(text: string): string;
}>;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(300) });
const EARLY_MS = 30_000;

export function authorizationOf(credentials: ErpCredentials | undefined, dispatcher?: Dispatcher): Authorization {
  let fetched: { token: string; until: number } | undefined;
  let fetching: Promise<string> | undefined;
  const secrets = secretsOf(credentials);

  async function fetchToken(client: ErpCredentials & { kind: 'CLIENT' }, signal: AbortSignal): Promise<string> {
    const { statusCode, body } = await request(client.tokenUrl, {
      method: 'POST',
      headers: {
        authorization: basic(client.clientId, client.clientSecret),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      signal,
      ...(dispatcher && { dispatcher }),
    });
    const text = await body.text();
    if (statusCode !== 200) throw erpUnavailable(`no token: answered ${statusCode}`, { isPassing: statusCode >= 500 });
    const read = tokenAnswer.safeParse(parsed(text));
    if (!read.success) throw erpUnavailable('no token: answered something else');
    const { access_token: token, expires_in: seconds } = read.data;
    fetched = { token, until: Date.now() + Math.max(seconds * 1000 - EARLY_MS, seconds * 500) };
    return token;
  }

  async function header(signal: AbortSignal): Promise<string | undefined> {
    if (!credentials) return undefined;
    if (credentials.kind === 'TOKEN') return `Bearer ${credentials.token}`;
    if (credentials.kind === 'PASSWORD') return basic(credentials.user, credentials.password);
    if (fetched && Date.now() < fetched.until) return `Bearer ${fetched.token}`;
    fetching ??= fetchToken(credentials, signal).finally(() => {
      fetching = undefined;
    });
    return `Bearer ${await fetching}`;
  }

  return {
    header,
    refused: () => {
      const hadFetched = fetched !== undefined;
      fetched = undefined;
      return hadFetched;
    },
    withoutSecrets: (text) =>
      [...secrets, ...(fetched ? [fetched.token] : [])].reduce(
        (clean, secret) => clean.replaceAll(secret, '***'),
        text,
      ),
  };
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function secretsOf(credentials: ErpCredentials | undefined): readonly string[] {
  if (!credentials) return [];
  if (credentials.kind === 'TOKEN') return [credentials.token];
  const [name, secret] =
    credentials.kind === 'PASSWORD'
      ? [credentials.user, credentials.password]
      : [credentials.clientId, credentials.clientSecret];
  return [secret, basic(name, secret).slice('Basic '.length)];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
