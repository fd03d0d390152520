import { fault } from '@enghub/subgraph-kit/fault';
import { MAX_PAGE } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { readBoard, readLineBoard, type Board } from './commands.ts';
import { messages } from './messages.ts';
import type { BoardOf, ShiftOf } from './rules.ts';
import { setShiftTarget } from './targets.ts';

// A gateway executes a subscription once per change, as an ordinary operation: there is nothing to subscribe to here.
const subscription = {
  shiftBoard: {
    resolve: (root: { shiftBoard?: Board } | undefined, of: BoardOf, context: Context) =>
      root?.shiftBoard ?? readBoard(of, context),
  },
  lineShiftBoard: {
    resolve: (root: { lineShiftBoard?: Board } | undefined, of: ShiftOf & { lineId: string }, context: Context) =>
      root?.lineShiftBoard ?? readLineBoard(of, context),
  },
};

const shared = {
  targetQuantity: commands.targetOf,
  hours: commands.hoursOf,
  plannedQuantity: commands.plannedQuantity,
  plannedSoFar: commands.plannedSoFar,
  scrapReasons: commands.scrapReasonsOf,
  handOverNotes: (board: Board) => commands.handOverNotesOf(board, 'current'),
  previousHandOver: (board: Board) => commands.handOverNotesOf(board, 'previous'),
};

export const resolvers: Resolvers = {
  Query: {
    shiftBoard: (_, of, context) => readBoard(of, context),
    lineShiftBoard: (_, of, context) => readLineBoard(of, context),
  },
  Subscription: subscription as unknown as NonNullable<Resolvers['Subscription']>,

  Mutation: {
    setShiftTarget: async (_, { input }, context) => {
      const decision = await setShiftTarget(input, context);
      if (!decision.ok) {
        return { __typename: 'ShiftTargetRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
      }
      const { board } = decision;
      return {
        __typename: 'SetShiftTargetPayload',
        shiftBoard: 'stationId' in board ? board : null,
        lineShiftBoard: 'lineId' in board ? board : null,
      };
    },
  },

  ShiftBoard: {
    ...shared,
    station: async ({ stationId }, _args, { loaders }) => (await loaders.station.load(stationId))!,
    currentWorkOrder: async (board, _args, { loaders }) => {
      const id = await commands.currentWorkOrderId(board);
      return id ? loaders.workOrder.load(id) : null;
    },
    currentOperatorIds: commands.currentOperatorsOf,
    unexplained: commands.unexplainedOf,
    pace: async (board, _args, { loaders }) => {
      const latest = board.lines[0];
      const operation = latest ? await loaders.operation.load(latest.operationId) : null;
      return commands.paceOf(board, operation?.runSecondsPerPiece ?? null);
    },
  },

  LineShiftBoard: {
    ...shared,
    line: async ({ lineId }, _args, { loaders }) => (await loaders.line.load(lineId))!,
    pace: (board) => commands.paceOf(board, null),
    unexplainedMinutes: commands.unexplainedMinutes,
    stations: commands.stationBoardsOf,
  },

  ShiftBoardLine: {
    workOrder: async ({ workOrderId }, _args, { loaders }) => (await loaders.workOrder.load(workOrderId))!,
    operation: async ({ operationId }, _args, { loaders }) => (await loaders.operation.load(operationId))!,
  },

  UnexplainedTime: {
    intervals: ({ intervals }, { first }) => {
      if (first < 1 || first > MAX_PAGE) throw fault('BAD_USER_INPUT', `first must be between 1 and ${MAX_PAGE}.`);
      return intervals.slice(0, first);
    },
  },
};
