/** Subscriptions: who asks the same under the same rights shares one execution per change. */
import { createHash } from 'node:crypto';
import type { LiveBus } from '@enghub/messaging/live';
import { getArgumentValues, GraphQLError, print, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { GraphOperation } from '../apollo-adapter.ts';
import { logAccidents } from '../apollo-server.ts';
import type { FieldSelection, Selection, SelectionTrees } from '../authorisation/selection-tree.ts';
import { denialErrors, deniesEverything, type GuardedExecution } from '../guarded-execution.ts';
import { newTraceId } from '../identity/request-traits.ts';
import { overLimit } from '../limits/limits.ts';
import { coerceVariables } from '../limits/variables.ts';
import { presentErrors } from '../present-errors.ts';
import { unavailableCode } from '../sources/unavailable.ts';
import { contextOf, type Viewer } from '../viewer.ts';
import type { LatestOnly } from './latest-only.ts';
import { createLiveGroup, type LiveGroup, type SharedResult } from './live-group.ts';
import type { LiveTopics } from './topics.ts';

export type Subscribed = Readonly<
  { ok: true; stream: LatestOnly<SharedResult> } | { ok: false; errors: readonly GraphQLError[] }
>;

export type LiveHub = Readonly<{
  /** Waits until changes are heard; the stream then begins with a snapshot. */
  subscribe(operation: GraphOperation, viewer: Viewer): Promise<Subscribed>;
  stats(): Readonly<{ groups: number; executions: number }>;
  stop(): Promise<void>;
}>;

export type HubOptions = Readonly<{
  api: GraphQLSchema;
  treeOf: SelectionTrees;
  execution: GuardedExecution;
  bus: LiveBus;
  topics: LiveTopics;
  logger: Logger;
}>;

export function createLiveHub({ api, treeOf, execution, bus, topics, logger }: HubOptions): LiveHub {
  const groups = new Map<string, LiveGroup>();
  let executions = 0;

  async function execute(operation: GraphOperation, viewer: Viewer, isPersonal: boolean): Promise<SharedResult> {
    executions += 1;
    // A context of its own: DataLoaders must not remember the last change. What is shared is nobody's.
    const { userId } = viewer.claims;
    const claims = { ...viewer.claims, userId: isPersonal ? userId : 'system:live', traceId: newTraceId() };
    const fresh: Viewer = { ...viewer, claims };
    const { traceId } = claims;
    try {
      const verdict = await execution.judge(operation, viewer);
      const result = await execution.runEvent(operation, verdict, contextOf(fresh));
      logAccidents(result.errors ?? [], traceId, logger);
      return shared(result, traceId);
    } catch (error) {
      logger.error({ err: error, traceId }, 'live execution failed');
      return { ...shared({ errors: [new GraphQLError('Internal server error')] }, traceId), isIncomplete: true };
    }
  }

  function topicOf(operation: GraphOperation, viewer: Viewer): Topic | null {
    const root = rootFieldOf(treeOf(operation));
    const topic = topics[root.definition.name];
    if (!topic) return null;
    const { values = {} } = coerceVariables(api, operation.operation, operation.variables);
    const name = topic.of(getArgumentValues(root.definition, root.node, values), viewer.claims);
    return { name, isPersonal: topic.isPersonal ?? false };
  }

  function groupFor(operation: GraphOperation, viewer: Viewer, { name, isPersonal }: Topic): LiveGroup {
    const key = groupKey(api, operation, viewer, isPersonal);
    const known = groups.get(key);
    if (known) return known;
    const group = createLiveGroup({
      bus,
      topic: name,
      execute: () => execute(operation, viewer, isPersonal),
      onEmpty: () => groups.delete(key),
    });
    groups.set(key, group);
    return group;
  }

  return {
    async subscribe(operation, viewer) {
      const verdict = await execution.judge(operation, viewer);
      if (deniesEverything(verdict)) return { ok: false, errors: denialErrors(verdict) };
      const topic = topicOf(operation, viewer);
      if (!topic) return { ok: false, errors: [overLimit('BAD_USER_INPUT', 'This subscription is not served here.')] };

      const group = groupFor(operation, viewer, topic);
      const stream = group.join();
      try {
        await group.bound;
      } catch (error) {
        logger.error({ err: error, topic: topic.name }, 'topic could not be bound');
        stream.end();
        return {
          ok: false,
          errors: [
            new GraphQLError('Live updates are not available at the moment.', { extensions: { code: 'UNAVAILABLE' } }),
          ],
        };
      }
      return { ok: true, stream };
    },
    stats: () => ({ groups: groups.size, executions }),
    async stop() {
      for (const group of [...groups.values()]) group.end();
    },
  };
}

type Topic = Readonly<{ name: string; isPersonal: boolean }>;

/** Everything that can change what a subscriber sees. Whose eyes they are is among it only where that is personal. */
function groupKey(
  api: GraphQLSchema,
  { document, operation, variables }: GraphOperation,
  { claims, permissionsKey }: Viewer,
  isPersonal: boolean,
): string {
  const user = isPersonal ? claims.userId : null;
  const scope = [claims.tenantId, [...claims.factoryIds].sort(), permissionsKey, claims.language, user];
  // Only what the operation declares: a client may send anything else along.
  const { values } = coerceVariables(api, operation, variables);
  const asked = [print(document), operation.name?.value ?? '', values];
  return createHash('sha256')
    .update(JSON.stringify([asked, scope], inOrder))
    .digest('base64url');
}

/** Equal objects give equal texts, in whatever order their keys were sent. */
const inOrder = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

/** Validation lets a subscription have one root field, perhaps inside fragments. */
function rootFieldOf(selections: readonly Selection[]): FieldSelection {
  const [first] = selections;
  if (!first) throw new Error('an operation without fields');
  return first.kind === 'field' ? first : rootFieldOf(first.selections);
}

/** What subgraphs say whose database is away, and what we say of a subgraph that is. */
const awayCodes: ReadonlySet<unknown> = new Set(['UNAVAILABLE', unavailableCode]);

function shared(result: ExecutionResult, traceId: string): SharedResult {
  const { errors, ...rest } = result;
  const shown = errors?.length ? { ...rest, errors: presentErrors(errors, traceId) } : rest;
  const isIncomplete = (errors ?? []).some(({ extensions }) => awayCodes.has(extensions['code']));
  return { result: shown as ExecutionResult, text: JSON.stringify(shown), isIncomplete };
}
