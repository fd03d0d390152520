import { type GraphQLError, type ExecutionResult } from 'graphql';
import type { FederatedGraph, GraphOperation } from './apollo-adapter.ts';
import { completeDenied } from './authorisation/complete-denied.ts';
import type { Guard, Verdict } from './authorisation/guard.ts';
import type { PerContract } from './contracts/contract-of.ts';
import { coerceVariables } from './limits/variables.ts';
import { answeredCurrent, type GatewayContext } from './viewer.ts';

export type GuardedExecution = Readonly<{
  /** Runs what the viewer may have; the rest answers null with an error. */
  run(operation: GraphOperation, context: GatewayContext): Promise<ExecutionResult>;
  /** The same for one event of a subscription, under a verdict given when it was subscribed. */
  runEvent(operation: GraphOperation, verdict: Verdict, context: GatewayContext): Promise<ExecutionResult>;
  judge: Guard['judge'];
}>;

/** Queries, mutations and events all pass here, whichever way they came in: authorised first, executed afterwards. */
export function guardedExecution(graphs: PerContract<FederatedGraph>, guard: Guard): GuardedExecution {
  type Way = 'execute' | 'executeEvent';

  async function runUnder(verdict: Verdict, operation: GraphOperation, given: GatewayContext, way: Way) {
    // A watcher who saw what was there before the change would not be told of it again.
    const context = operation.operation.operation === 'query' ? given : answeredCurrent(given);
    const graph = graphs[context.viewer.contract];
    const { values, errors } = coerceVariables(graph.apiSchema, operation.operation, operation.variables);
    if (errors) return { errors };
    if (verdict.allowed) return graph[way](operation, context);

    const { denials, selections, stripped } = verdict;
    const { variables } = operation;
    const executed: ExecutionResult = stripped.operation
      ? await graph[way]({ ...stripped.operation, variables }, context)
      : { data: {} };
    const root = graph.apiSchema.getRootType(operation.operation.operation)!;
    const completed = completeDenied(root, executed.data ?? null, {
      api: graph.apiSchema,
      selections,
      denials,
      touched: stripped.touched,
      variables: values,
    });
    return { ...executed, data: completed.data, errors: [...completed.errors, ...(executed.errors ?? [])] };
  }

  return {
    judge: guard.judge,
    async run(operation, context) {
      const verdict = await guard.judge(operation, context.viewer);
      return runUnder(verdict, operation, context, 'execute');
    },
    async runEvent(operation, verdict, context) {
      return runUnder(verdict, operation, context, 'executeEvent');
    },
  };
}

/** True when nothing of a subscription is left to run. */
export const deniesEverything = (verdict: Verdict): boolean => !verdict.allowed && verdict.stripped.operation === null;

export const denialErrors = (verdict: Verdict): readonly GraphQLError[] =>
  verdict.allowed ? [] : [...verdict.denials.values()];
