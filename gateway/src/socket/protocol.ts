/** graphql-transport-ws: the same identity, limits and guard as over HTTP. */
import { makeServer, type Server } from 'graphql-ws';
import { GraphQLError, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { GraphOperation } from '../apollo-adapter.ts';
import { logAccidents } from '../apollo-server.ts';
import type { GuardedExecution } from '../guarded-execution.ts';
import type { Identified, Identity } from '../identity/identity.ts';
import { languageOf, newTraceId, originOf } from '../identity/request-traits.ts';
import type { Admission } from '../limits/admission.ts';
import type { LiveHub } from '../live/hub.ts';
import type { LatestOnly } from '../live/latest-only.ts';
import type { SharedResult } from '../live/live-group.ts';
import { presentErrors } from '../present-errors.ts';
import { anonymous, contextOf, type Viewer } from '../viewer.ts';
import { closing, type Session, type Sessions } from './session.ts';

/** What the protocol knows about one socket. */
export type Connection = {
  readonly request: IncomingMessage;
  readonly session: Session;
  /** The text that belongs in place of the payload of the message being sent. */
  splice: string | null;
};

export type ProtocolOptions = Readonly<{
  api: GraphQLSchema;
  identity: Identity;
  admission: Admission;
  execution: GuardedExecution;
  hub: LiveHub;
  sessions: Sessions;
  subscriptionsPerSocket: number;
  logger: Logger;
}>;

/** Travels through graphql-ws as the context of one operation. */
type Asked = Readonly<{ operation: GraphOperation; viewer: Viewer; stream?: LatestOnly<SharedResult> }>;

export function createProtocol(options: ProtocolOptions): Server<Connection> {
  const { api, identity, admission, execution, hub, sessions, logger } = options;

  async function execute({ operation, viewer }: Asked): Promise<ExecutionResult> {
    const startedAt = performance.now();
    const { traceId, userId, tenantId } = viewer.claims;
    const result = await execution.run(operation, contextOf(viewer));
    logAccidents(result.errors ?? [], traceId, logger);
    logger.info(
      {
        path: 'socket',
        userId,
        tenantId,
        operationType: operation.operation.operation,
        operation: operation.operation.name?.value.slice(0, 100),
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        outcome: result.errors ? 'errors' : 'ok',
        traceId,
      },
      'request',
    );
    return result.errors ? { ...result, errors: presentErrors(result.errors, traceId) as never } : result;
  }

  async function viewerNow({ request, session }: Connection): Promise<Identified> {
    const traits = traitsOf(request);
    if (!session.token) return { ok: true, viewer: anonymous(traits), token: null };
    return identity.viewerFor(session.token, traits);
  }

  return makeServer<Record<string, unknown>, Connection>({
    async onConnect({ connectionParams, extra: { request, session } }) {
      const given = connectionParams?.authorization ?? connectionParams?.Authorization ?? request.headers.authorization;
      const authorization = given === undefined || typeof given === 'string' ? given : '';
      const identified = await identity.identify(authorization, traitsOf(request));
      if (identified.ok) {
        sessions.signIn(session, identified.token, identified.viewer);
        return true;
      }
      if (identified.refusal === 'REAUTHENTICATION_REQUIRED') session.close(...closing.reauthenticate);
      if (identified.refusal === 'IDENTITY_UNAVAILABLE') session.close(...closing.later);
      return false;
    },

    async onSubscribe({ extra, subscriptions }, _id, { query, operationName, variables }) {
      if (Object.keys(subscriptions).length > options.subscriptionsPerSocket) {
        extra.session.close(...closing.tooMany);
        return [new GraphQLError('Too many subscriptions.')];
      }
      const identified = await viewerNow(extra);
      if (!identified.ok) {
        const [code, reason] = identified.refusal === 'UNAUTHENTICATED' ? closing.forbidden : closing.reauthenticate;
        extra.session.close(code, reason);
        return [new GraphQLError('Sign in again.', { extensions: { code: identified.refusal } })];
      }
      const { viewer } = identified;
      const admitted = admission.admit({ query, operationName, variables });
      if ('errors' in admitted) return admitted.errors;

      const { operation } = admitted;
      const asked: Asked = { operation, viewer };
      const args = { schema: api, document: operation.document, operationName, variableValues: variables };
      if (operation.operation.operation !== 'subscription') return { ...args, contextValue: asked };
      const subscribed = await hub.subscribe(operation, viewer);
      if (!subscribed.ok) return subscribed.errors;
      return { ...args, contextValue: { ...asked, stream: subscribed.stream } };
    },

    subscribe: (({ contextValue }: { contextValue: Asked }) => contextValue.stream) as never,
    execute: (({ contextValue }: { contextValue: Asked }) => execute(contextValue)) as never,

    onNext({ extra }, _id, _payload, _args, result) {
      const text = (result as Partial<SharedResult>).text;
      if (text === undefined) return result as never;
      // Runs while the message is being turned into text, right before it is sent: see `send` in socket-server.ts.
      return { toJSON: () => ((extra.splice = text), null) } as never;
    },
    onError: (_context, _id, _payload, errors) => presentErrors(errors as readonly GraphQLError[], undefined) as never,
  });
}

/** Every operation of a socket has a trace of its own; the rest is as the socket was opened. */
const traitsOf = (request: IncomingMessage) => ({
  language: languageOf(request.headers['accept-language']),
  traceId: newTraceId(),
  origin: originOf(request),
});
