import { fileURLToPath } from 'node:url';

/** The migrations that give a subgraph its audit trail. */
export const auditMigrations: string = fileURLToPath(new URL('../migrations/', import.meta.url));
