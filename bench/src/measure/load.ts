import autocannon from 'autocannon';

export type LoadOptions = Readonly<{
  /** Of the gateway. */
  url: string;
  /** One for all requests, or the next one. */
  token: string | (() => string);
  connections: number;
  seconds: number;
  /** One body for all requests, or the next one. */
  body: string | (() => string);
  /** Whether an answer is what was asked for: an error is quick to answer and would look like speed. */
  isGood: (answer: string) => boolean;
}>;

export type Load = Readonly<{ requests: number; perSecond: number; p50Ms: number; p99Ms: number }>;

/** Keeps each connection busy with one request at a time. One wrong answer spoils the measurement. */
export async function load({ url, token, connections, seconds, body, isGood }: LoadOptions): Promise<Load> {
  const headersWith = (of: string) => ({ 'content-type': 'application/json', authorization: `Bearer ${of}` });
  const made = (request: object): object => ({
    ...request,
    headers: headersWith(typeof token === 'string' ? token : token()),
    body: typeof body === 'string' ? body : body(),
  });
  const next = typeof body === 'string' && typeof token === 'string' ? { body } : { setupRequest: made };
  let wrong = '';
  const startedAt = performance.now();
  const result = await autocannon({
    url: `${url}/graphql`,
    method: 'POST',
    headers: headersWith(typeof token === 'string' ? token : ''),
    requests: [{ method: 'POST', ...next }],
    connections,
    duration: seconds,
    verifyBody(answer) {
      const good = isGood(answer);
      if (!good) wrong ||= answer;
      return good;
    },
  });
  const requests = result['2xx'];
  if (result.non2xx + result.errors + result.mismatches > 0 || requests === 0) {
    const { non2xx, errors, mismatches } = result;
    throw new Error(
      `a load is not clean: ${JSON.stringify({ requests, non2xx, errors, mismatches })} ${wrong.slice(0, 500)}`,
    );
  }
  return {
    requests,
    perSecond: requests / ((performance.now() - startedAt) / 1000),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}
