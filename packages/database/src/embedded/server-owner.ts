/** A process that owns a server, for tests that kill it: writes where it is, then waits. */
import { startEmbeddedPostgres } from '../embedded-postgres.ts';

const [dataDirectory] = process.argv.slice(2);
if (!dataDirectory) throw new Error('Usage: server-owner.ts <data directory>');
const { url } = await startEmbeddedPostgres({ dataDirectory });
console.log(url);
setInterval(() => undefined, 60_000);
