import { openSession, type DatabaseSession } from './database-session.ts';
import type { Logger } from './logger.ts';

/** One session for each database, whoever asks for it. */
export type DatabaseSessions = Readonly<{ of(url: string): DatabaseSession; close(): Promise<void> }>;

export function databaseSessions(name: string, logger: Logger): DatabaseSessions {
  const sessions = new Map<string, DatabaseSession>();
  return {
    of(url) {
      const session = sessions.get(url) ?? openSession({ url, name, logger });
      sessions.set(url, session);
      return session;
    },
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
      sessions.clear();
    },
  };
}
