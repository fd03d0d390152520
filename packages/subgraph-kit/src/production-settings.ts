/** What a system in production must not be started with: samples, defaults and nothing at all where a secret belongs. */

type Environment = Readonly<Record<string, string | undefined>>;

const SAMPLES =
  /^(secret|password|passw0rd|postgres|enghub|admin|root|test|demo|example|guest|123456.*|.*(sample|change-?me).*|0123456789abcdef.*)$/i;
const MIN_SIGNING_SECRET = 32;
/** Secrets that are nothing else. */
const PLAIN_SECRETS = new Set([
  'DATABASE_ROLE_SECRET',
  'LUAGUAGE_TOKEN',
  'LUAGUAGE_WEBHOOK_SECRET',
  'DOCUMENTS_SIGNING_SECRET',
  'DOCUMENTS_S3_SECRET_ACCESS_KEY',
]);

const isSample = (secret: string): boolean => SAMPLES.test(secret) || new Set(secret).size < 4;

/** Whoever lets the simulator hand out tokens without a password runs a demonstration: no other secret would help it. */
export const isDemonstration = (env: Environment): boolean =>
  env.LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION?.toLowerCase() === 'true';

/** One line for each thing that is wrong, each naming its variable and never the secret; none outside of production. */
export function productionProblems(env: Environment): string[] {
  if (env.NODE_ENV !== 'production' || isDemonstration(env)) return [];
  const given = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.flatMap(([name, value]) => problemOf(name, value).map((problem) => `${name}: ${problem}`));
}

function problemOf(name: string, value: string): string[] {
  // Users and passwords at a replica are those of its primary; what its URL says of them is not used.
  if (/_READ_DATABASE_URL$/.test(name)) return [];
  if (/_DATABASE_URL$/.test(name)) return passwordProblem(value, 'the database');
  if (name === 'RABBITMQ_URL') return brokerProblems(value);
  if (name === 'RABBITMQ_FACTORY_URLS') {
    return value.split(',').flatMap((part) => brokerProblems(part.trim().replace(/^[^=]*=/, '')));
  }
  if (name === 'GATEWAY_SIGNING_KEYS') return signingProblems(value);
  if (name === 'ENGHUB_ENCRYPTION_KEYS') return encryptionProblems(value);
  if (name === 'DOCUMENTS_SIGNING_SECRET' && !isSample(value) && value.length < MIN_SIGNING_SECRET)
    return [`a secret needs ${MIN_SIGNING_SECRET} characters or more in production`];
  if (PLAIN_SECRETS.has(name) && isSample(value)) return ['this is a sample, no secret'];
  if (name === 'DEMO_TOKENS_URL' || (name === 'JWT_ISSUER' && value.includes('luaguage-simulator'))) {
    return [
      'the simulator hands out tokens without a password; LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION=true if you mean it',
    ];
  }
  return [];
}

function brokerProblems(url: string): string[] {
  const { username, password } = partsOf(url);
  if (username === '' || username === 'guest' || password === 'guest')
    return ['the broker must not be used as guest: make a user of its own'];
  return passwordProblem(url, 'the broker');
}

function passwordProblem(url: string, what: string): string[] {
  const { password, isOwnMachine } = partsOf(url);
  if (password === null) return [];
  // A socket of this machine may know its users by other means than passwords.
  if (password === '') return isOwnMachine ? [] : [`the password of ${what} is empty`];
  return isSample(password) ? [`the password of ${what} is a sample`] : [];
}

function signingProblems(text: string): string[] {
  const secrets = text.split(',').map((part) => part.trim().split(':').slice(1).join(':'));
  if (secrets.some(isSample)) return ['this is a sample, no secret'];
  return secrets.some((secret) => secret.length < MIN_SIGNING_SECRET)
    ? [`a secret needs ${MIN_SIGNING_SECRET} characters or more in production`]
    : [];
}

/** What a key is made of may be words: `change-me` in base64 is as well known as in letters. */
function encryptionProblems(text: string): string[] {
  const keys = text.split(',').map((part) => part.trim().split(':'));
  const isKnown = ([id = '', key = '']: readonly string[]) =>
    SAMPLES.test(id) || isSample(Buffer.from(key, 'base64').toString('latin1'));
  return keys.some(isKnown) ? ['this is a sample, no key'] : [];
}

function partsOf(text: string) {
  try {
    const url = new URL(text);
    const password = decodeURIComponent(url.password);
    return { username: decodeURIComponent(url.username), password, isOwnMachine: url.hostname === '' };
  } catch {
    // Whether it is a URL is for others to say.
    return { username: null, password: null, isOwnMachine: false };
  }
}
