import { fileURLToPath } from 'node:url';

/** The migrations that give a subgraph its outbox, inbox, mailbox and requests tables. */
export const messagingMigrations: string = fileURLToPath(new URL('../migrations/', import.meta.url));
