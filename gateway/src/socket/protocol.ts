/** graphql-transport-ws: the same identity, limits and guard as over HTTP. */
import { makeServer, type Server } from 'graphql-ws';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import type { Logger } from 'pino';
import type { FederatedGraph, GraphOperation } from '../apollo-adapter.ts';
import { codesOf, logAccidents } from '../apollo-server.ts';
import { callLine } from '../call-line.ts';
import type { PerContract } from '../contracts/contract-of.ts';
import type { GuardedExecution } from '../guarded-execution.ts';
import type { Identified, Identity } from '../identity/identity.ts';
import { addressOf, factoryOf, languageOf, newTraceId, originOf } from '../identity/request-traits.ts';
import type { Admission, OperationRequest } from '../limits/admission.ts';
import { rateLimited, type RateLimits } from '../limits/rates.ts';
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
  graphs: PerContract<FederatedGraph>;
  identity: Identity;
  admissions: PerContract<Admission>;
  execution: GuardedExecution;
  hub: LiveHub;
  sessions: Sessions;
  rates: RateLimits;
  proxies: BlockList;
  subscriptionsPerSocket: number;
  logger: Logger;
}>;

/** Travels through graphql-ws as the context of one operation. */
type Asked = Readonly<{ operation: GraphOperation; cost: number; viewer: Viewer; stream?: LatestOnly<SharedResult> }>;

export function createProtocol(options: ProtocolOptions): Server<Connection> {
  const { graphs, identity, admissions, execution, hub, sessions, rates, proxies, logger } = options;

  /** Every operation of a socket has a trace of its own; the rest is as the socket was opened. */
  const traitsOf = ({ request, session }: Connection) => ({
    language: languageOf(request.headers['accept-language']),
    traceId: newTraceId(),
    origin: originOf(request, proxies),
    factoryId: session.factoryId,
  });
  const addressOfClient = ({ request }: Connection) => addressOf(request, proxies) ?? '';

  async function execute({ operation, cost, viewer }: Asked): Promise<ExecutionResult> {
    const startedAt = performance.now();
    const { traceId } = viewer.claims;
    const result = await execution.run(operation, contextOf(viewer));
    const errors = result.errors ?? [];
    logAccidents(errors, traceId, logger);
    logCall(viewer, { operation, cost, errors, startedAt });
    return result.errors ? { ...result, errors: presentErrors(result.errors, traceId) as never } : result;
  }

  /** `errors` beside an operation that never ran are why. */
  function logCall(
    { claims }: Viewer,
    call: Readonly<{
      operation?: GraphOperation;
      cost?: number;
      errors: readonly GraphQLError[];
      isRefused?: boolean;
      startedAt: number;
    }>,
  ): void {
    const { operation, cost, errors, isRefused = false, startedAt } = call;
    const codes = codesOf(errors);
    const line = callLine({
      claims,
      outcome: isRefused ? (codes[0] ?? 'refused') : errors.length > 0 ? 'errors' : 'ok',
      ms: performance.now() - startedAt,
      errors: errors.length,
      codes,
      ...(operation ? { operationType: operation.operation.operation } : {}),
      ...(operation?.operation.name ? { operationName: operation.operation.name.value } : {}),
      ...(cost === undefined ? {} : { cost }),
    });
    logger.info({ path: 'socket', ...line }, 'request');
  }

  async function viewerNow(connection: Connection): Promise<Identified> {
    const { token } = connection.session;
    const traits = traitsOf(connection);
    if (token) return identity.viewerFor(token, traits);
    const { factoryId: _none, ...request } = traits;
    return { ok: true, viewer: anonymous(request), token: null };
  }

  /** An operation and, for a subscription, its stream; or why it is refused. */
  async function take(
    request: OperationRequest,
    viewer: Viewer,
    address: string,
  ): Promise<Asked | Readonly<{ errors: readonly GraphQLError[]; operation?: GraphOperation }>> {
    const late = (await rates.ofAddress(address)) ?? (await rates.ofViewer(viewer, address));
    if (late) return { errors: [rateLimited(late)] };
    const admitted = admissions[viewer.contract].admit(request);
    if ('errors' in admitted) return admitted;
    const { operation, cost } = admitted;
    const tooMany = await rates.ofCommands(operation, viewer);
    if (tooMany) return { operation, errors: [tooMany] };
    if (operation.operation.operation !== 'subscription') return { operation, cost, viewer };
    const subscribed = await hub.subscribe(operation, viewer);
    if (!subscribed.ok) return { operation, errors: subscribed.errors };
    return { operation, cost, viewer, stream: subscribed.stream };
  }

  return makeServer<Record<string, unknown>, Connection>({
    async onConnect({ connectionParams, extra }) {
      const { request, session } = extra;
      session.factoryId = factoryOf(connectionParams?.factoryId ?? request.headers['x-factory-id']);
      const given = connectionParams?.authorization ?? connectionParams?.Authorization ?? request.headers.authorization;
      const authorization = given === undefined || typeof given === 'string' ? given : '';
      const identified = await identity.identify(authorization, traitsOf(extra));
      if (identified.ok) {
        const isIn = sessions.signIn(session, identified.token, identified.viewer);
        if (!isIn) session.close(...closing.tooManySockets);
        return isIn;
      }
      if (identified.refusal === 'REAUTHENTICATION_REQUIRED') session.close(...closing.reauthenticate);
      if (identified.refusal === 'IDENTITY_UNAVAILABLE') session.close(...closing.later);
      if (identified.refusal === 'FACTORY_NOT_ALLOWED') session.close(...closing.factory);
      if (identified.refusal === 'UNAUTHENTICATED' && (await rates.ofStranger(addressOfClient(extra)))) {
        session.close(...closing.tooFast);
      }
      return false;
    },

    async onSubscribe({ extra, subscriptions }, _id, { query, operationName, variables }) {
      if (Object.keys(subscriptions).length > options.subscriptionsPerSocket) {
        extra.session.close(...closing.tooMany);
        return [new GraphQLError('Too many subscriptions.')];
      }
      const identified = await viewerNow(extra);
      if (!identified.ok) {
        const [code, reason] = closingFor[identified.refusal];
        extra.session.close(code, reason);
        return [new GraphQLError('Sign in again.', { extensions: { code: identified.refusal } })];
      }
      const { viewer } = identified;
      const startedAt = performance.now();
      const taken = await take({ query, operationName, variables }, viewer, addressOfClient(extra));
      if ('errors' in taken) {
        logCall(viewer, { ...taken, isRefused: true, startedAt });
        return taken.errors;
      }
      if (taken.stream) logCall(viewer, { ...taken, errors: [], startedAt });
      const { document } = taken.operation;
      const schema = graphs[viewer.contract].apiSchema;
      return { schema, document, operationName, variableValues: variables, contextValue: taken };
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

const closingFor = {
  UNAUTHENTICATED: closing.forbidden,
  REAUTHENTICATION_REQUIRED: closing.reauthenticate,
  IDENTITY_UNAVAILABLE: closing.later,
  FACTORY_NOT_ALLOWED: closing.factory,
} as const;
