import { fileURLToPath } from 'node:url';

/** The migrations that give a subgraph its data keys. */
export const encryptionMigrations: string = fileURLToPath(new URL('../migrations/', import.meta.url));
