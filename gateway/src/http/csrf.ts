import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a GET may pass without the header that forces a browser to ask first. Apollo Server's prevention stays on; this
 * adds the GETs that GraphQL over HTTP promises and that no foreign page can turn to account: those that name a GraphQL
 * media type and were not sent by another site (browsers say so, and pages cannot change what they say), and the one
 * that reads nothing.
 */
export function isHarmlessGet(headers: IncomingHttpHeaders, query: string | null): boolean {
  if (query !== null && READS_NOTHING.test(query)) return true;
  const site = headers['sec-fetch-site'];
  const isForeign = headers.origin !== undefined || (site !== undefined && site !== 'same-origin');
  return !isForeign && /application\/(graphql-response\+)?json/.test(headers.accept ?? '');
}

const READS_NOTHING = /^\s*(query\s*)?\{\s*__typename\s*\}\s*$/;
