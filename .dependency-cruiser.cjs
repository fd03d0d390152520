/** The laws of the house: who may know whom. docs/conventions.md says why. */
// A file with rules is called rules.ts, or stock-rules.ts when a slice needs more than one.
const rules = '/[a-z-]*rules\\.ts$';
const slice = '^subgraphs/([^/]+)/src/([^/]+)/';
const notShipped = '\\.test\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
/** The bridge's way to the ERP: a port that its slices share, and no slice. */
const erp = '^subgraphs/luaguage-bridge/src/erp/';

module.exports = {
  forbidden: [
    {
      name: 'rules-are-pure',
      comment: 'rules.ts decides from what it is given: no I/O, no clock, no framework.',
      severity: 'error',
      from: { path: rules },
      to: {
        pathNot: [
          '^packages/subgraph-kit/src/decision\\.ts$',
          '^packages/event-contracts/src/',
          'node_modules/(decimal\\.js|temporal-polyfill)/',
          rules,
          // Types of what is told to the ERP, and nothing else.
          '^subgraphs/luaguage-bridge/src/erp/order-feedback\\.ts$',
        ],
      },
    },
    {
      name: 'resolvers-do-not-decide',
      comment: 'resolvers.ts maps GraphQL to commands and back; of rules it may know types only.',
      severity: 'error',
      from: { path: '(^|/)resolvers\\.ts$' },
      to: { path: rules, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-stores-know-prisma',
      comment: 'Rows become state in store.ts; database.ts opens the client.',
      severity: 'error',
      from: {
        path: '^(subgraphs|gateway|all-in-one|plant-log|luaguage-simulator)/',
        pathNot: '(/generated/|/[a-z-]*store\\.ts$|/src/database\\.ts$|\\.slice\\.test\\.ts$)',
      },
      to: { path: '(/src/generated/prisma/|node_modules/(@prisma|pg)/)' },
    },
    {
      name: 'slices-meet-in-commands',
      comment: "A slice calls another slice's commands; its rules, rows and resolvers are its own.",
      severity: 'error',
      from: { path: slice, pathNot: '(/generated/|\\.test\\.ts$)' },
      to: { path: '^subgraphs/$1/src/[^/]+/', pathNot: ['^subgraphs/$1/src/($2|generated)/', '/commands\\.ts$', erp] },
    },
    {
      name: 'subgraphs-are-islands',
      comment: 'Subgraphs share the graph and events, never code.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'packages-know-no-subgraph',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(subgraphs|gateway|all-in-one|plant-log|luaguage-simulator)/' },
    },
    {
      name: 'gateway-knows-no-subgraph',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: '^subgraphs/' },
    },
    {
      name: 'only-all-in-one-joins',
      comment: 'Gateway and subgraphs meet in one process only in the composition root.',
      severity: 'error',
      from: { path: '^(subgraphs|packages|plant-log|luaguage-simulator)/', pathNot: notShipped },
      to: { path: '^(gateway|all-in-one)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Types may point at each other; what runs may not.',
      severity: 'error',
      from: { pathNot: '/generated/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that cannot be resolved hides from every other law.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '/generated/' },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '/generated/(prisma/internal|prisma/models)/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    // Without exportsFields, imports of workspace packages look unresolved and the laws see nothing.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
  },
};
