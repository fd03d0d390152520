import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers, ShiftPatternRefusalCode } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';

type Refused = Exclude<ShiftPatternRefusalCode, 'EXCEPTION_OVERLAP'> | { code: 'EXCEPTION_OVERLAP'; other: string };

function refusal({ claims }: Context, refused: Refused) {
  const { code, ...details } = typeof refused === 'string' ? { code: refused } : refused;
  return { __typename: 'ShiftPatternRefusal' as const, ...refusalIn(claims.language, messages, code, details) };
}

export const resolvers: Resolvers = {
  Query: {
    shifts: async (_, { factoryId, ...asked }, { loaders }) => {
      const days = commands.daysOfQuestion(asked);
      const calendar = await loaders.calendar.load(factoryId);
      return calendar && days.flatMap((day) => calendar.occurrencesOn(day));
    },
    shiftAt: async (_, { factoryId, at }, { loaders }) =>
      (await loaders.calendar.load(factoryId))?.occurrenceAt(at) ?? null,
    workingTime: async (_, { factoryId, from, to }, { loaders }) => {
      const days = commands.daysAsked(from, to);
      const calendar = await loaders.calendar.load(factoryId);
      return calendar && commands.workingTime(calendar, days);
    },
    calendarExceptions: async (_, { factoryId, from, to }, { loaders }) => {
      commands.daysAsked(from, to, 366);
      return (await loaders.calendar.load(factoryId))?.exceptionsWithin(from, to) ?? null;
    },
  },

  Mutation: {
    defineShiftPattern: async (_, { input }, context) => {
      const { cycleLength = null, ...pattern } = input;
      const decision = await commands.defineShiftPattern({ ...pattern, cycleLength }, context);
      return decision.ok
        ? { __typename: 'DefineShiftPatternPayload', shiftPattern: decision.state }
        : refusal(context, decision.refusal);
    },
    defineCalendarException: async (_, { input }, context) => {
      const { to, shifts, ...exception } = input;
      const wanted = { ...exception, to: to ?? exception.from, shifts: shifts ?? [] };
      const decision = await commands.defineCalendarException(wanted, context);
      return decision.ok
        ? { __typename: 'DefineCalendarExceptionPayload', exception: decision.state }
        : refusal(context, decision.refusal);
    },
    removeCalendarException: async (_, { input }, context) => {
      const decision = await commands.removeCalendarException(input.id, context);
      return decision.ok
        ? { __typename: 'RemoveCalendarExceptionPayload', exception: decision.state }
        : refusal(context, decision.refusal);
    },
  },

  ShiftDefinition: {
    weekdays: ({ weekdays }) => weekdays ?? [1, 2, 3, 4, 5, 6, 7],
  },

  Factory: {
    shiftPattern: async ({ id, timeZone }, _args, { loaders, now }) => {
      const today = now().toLocaleDateString('sv-SE', { timeZone });
      return (await loaders.calendar.load(id))?.patternOn(today) ?? null;
    },
  },
};
