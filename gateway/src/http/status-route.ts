import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '../identity/identity.ts';
import { newTraceId } from '../identity/request-traits.ts';
import { sendError, sendJson } from './responses.ts';

export const STATUS_SCOPE = 'system:view';

export type StatusRoute = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** How this gateway is, for administrators: which subgraphs it asks, whether it counts with others, who is connected. */
export function statusRoute(identity: Identity, status: () => object): StatusRoute {
  return async (request, response) => {
    if (request.method !== 'GET') return sendError(response, 405, 'METHOD_NOT_ALLOWED', 'Send GET.', { allow: 'GET' });
    const identified = await identity.identify(request.headers.authorization, {
      language: 'en',
      traceId: newTraceId(),
    });
    if (!identified.ok || !identified.viewer.isSignedIn) {
      return sendError(response, 401, 'UNAUTHENTICATED', 'Sign in.', { 'www-authenticate': 'Bearer' });
    }
    if (!identified.viewer.permissions.has(STATUS_SCOPE)) {
      return sendError(response, 403, 'FORBIDDEN', `This needs the permission ${STATUS_SCOPE}.`);
    }
    sendJson(response, 200, status());
  };
}
