#!/usr/bin/env node
// Stands where Prisma expects its native schema engine, so that no command downloads one. `prisma generate` asks it
// for its version at most; the commands that would use it are refused rather than seem to succeed.
if (process.argv.includes('--version')) {
  console.log('schema-engine-cli 0edf323efd1d98336f3f0a68684b56f689b900d3');
} else {
  console.error(
    'Prisma’s own migrate and db commands do not work here: they need an engine that is downloaded. Use\n' +
      '  npm run db -- new <subgraph> <name>   to write a migration\n' +
      '  npm run db -- drift                   to compare migrations with schema.prisma\n' +
      '  npm run db -- migrate                 to apply them (the subgraphs also do so when they start)',
  );
  process.exit(1);
}
