import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { NotificationRefusalCode, Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { refusals, wordsFor } from './messages.ts';
import type { Notification } from './store.ts';

/** The user's own, whoever that is: there is nothing to carry. */
export type Inbox = Readonly<Record<string, never>>;

// A gateway executes a subscription once per change, as an ordinary operation: there is nothing to subscribe to here.
const subscription = { notificationReceived: { resolve: () => ({}) } };

export const resolvers: Resolvers = {
  Query: {
    notifications: (_, args, context) => commands.listNotifications(args, context),
    unreadNotificationCount: (_, _args, context) => commands.countUnread(context),
    notificationPreferences: (_, _args, context) => commands.listPreferences(context),
  },
  Subscription: subscription as unknown as NonNullable<Resolvers['Subscription']>,

  Mutation: {
    markNotificationsRead: async (_, { input: { ids } }, context) => {
      const decision = await commands.markRead(ids ?? null, context);
      return decision.ok
        ? { __typename: 'MarkNotificationsReadPayload', ...decision.state }
        : refusal(decision.refusal, context);
    },
    setNotificationPreferences: async (_, { input: { preferences } }, context) => {
      const decision = await commands.setPreferences(preferences, context);
      return decision.ok
        ? { __typename: 'SetNotificationPreferencesPayload', preferences: decision.state }
        : refusal(decision.refusal, context);
    },
  },

  NotificationInbox: {
    unreadCount: (_, _args, context) => commands.countUnread(context),
    newest: (_, { first }, context) => commands.newestUnread(first, context),
  },

  Notification: {
    __resolveReference: ({ id }, context) => commands.findNotification(id, context),
    severity: ({ kind }) => commands.severityOf(kind),
    title: (it, _args, { claims }) => wordsOf(it, claims).title,
    text: (it, _args, { claims }) => wordsOf(it, claims).text,
    workOrder: ({ parameters: { workOrderId } }) =>
      typeof workOrderId === 'string' && workOrderId !== '' ? { id: workOrderId } : null,
  },

  NotificationDelivery: {
    nextAttemptAt: ({ state, nextAttemptAt }) => (state === 'WAITING' ? nextAttemptAt : null),
  },

  NotificationPreference: { severity: ({ kind }) => commands.severityOf(kind) },
};

const wordsOf = ({ kind, parameters, count }: Notification, { language }: Context['claims']) =>
  wordsFor(language, kind, parameters, count);

const refusal = (code: NotificationRefusalCode, { claims }: Context) => ({
  __typename: 'NotificationRefusal' as const,
  ...refusalIn(claims.language, refusals, code),
});
