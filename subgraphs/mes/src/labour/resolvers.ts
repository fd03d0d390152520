import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';
import type { JobKind } from './rules.ts';

const refusal = ({ claims }: Context, { code }: commands.LabourRefusal) => ({
  __typename: 'LabourRefusal' as const,
  ...refusalIn(claims.language, messages, code),
});

const linesOf = async ({ loaders, now }: Context, workOrderId: string) =>
  (await loaders.labourOf(now()).load(workOrderId)).map(({ line }) => line);

const secondsSpent =
  (kind: JobKind) =>
  async ({ id }: { id: string }, _args: object, context: Context) =>
    commands.sumOf(await linesOf(context, id), kind);

/** A job that was written in this request is not in the memory of its loaders. */
const freshJob = async ({ loaders }: Context, id: string) => (await loaders.job.clear(id).load(id))!;

export const resolvers: Resolvers = {
  Query: {
    operatorDay: (_, args, context) => commands.operatorDay(args, context),
  },

  Mutation: {
    recordLabour: async (_, { input }, context) => {
      const decision = await commands.recordLabour({ ...input, kind: input.kind ?? 'LABOUR' }, context);
      if (!decision.ok) return refusal(context, decision.refusal);
      const { answer, replayed } = decision.state;
      const job = await context.loaders.job.clear(answer.jobId).load(answer.jobId);
      // The plant may have left the user's list since.
      if (!job) return refusal(context, { code: 'OPERATION_NOT_FOUND' });
      return { __typename: 'RecordLabourPayload', job, replayed };
    },
    voidJob: async (_, { input }, context) => {
      const decision = await commands.voidJob(input, context);
      if (!decision.ok) return refusal(context, decision.refusal);
      return { __typename: 'VoidJobPayload', job: await freshJob(context, decision.state) };
    },
  },

  Job: {
    operation: async ({ operationId }, _args, { loaders }) => (await loaders.operation.load(operationId))!,
    station: async ({ stationId }, _args, { loaders }) => (await loaders.station.load(stationId))!,
    voided: (job) => job.void,
  },

  OperationLabour: {
    station: async ({ stationId }, _args, { loaders }) => (await loaders.station.load(stationId))!,
  },

  OperatorDay: {
    seconds: ({ jobs }) => commands.secondsOf(jobs),
  },

  OperatorDayJob: {
    seconds: (shared) => commands.secondsOf([shared]),
  },

  WorkOrderOperation: {
    runningJobs: ({ id }, _args, { loaders }) => loaders.runningJobsOf.load(id),
    labour: async ({ id, workOrderId }, _args, context) =>
      (await linesOf(context, workOrderId)).filter(({ operationId }) => operationId === id),
  },

  WorkOrder: {
    labourSeconds: secondsSpent('LABOUR'),
    setupSeconds: secondsSpent('SETUP'),
    machineSeconds: secondsSpent('MACHINE'),
    jobs: async ({ id }, args, { loaders }) => {
      const page = readTimePage(args);
      const rows = await loaders.jobsOf(page).load(id);
      return toPage(rows, page.first, (job) => timeKey(job.startedAt, job.id));
    },
  },
};
