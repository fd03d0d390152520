#!/usr/bin/env node
// Stands where Prisma expects its schema engine, so that no command downloads one. `prisma generate` never calls it.
console.error('The schema engine is not available here; use `npm run db`.');
process.exit(1);
