import graphqlPlugin from '@graphql-eslint/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const refused = (selector, message) => ({ selector, message });

const houseRules = [
  // Only `declare module` needs one, to add to a library's types.
  refused('TSInterfaceDeclaration:not(TSModuleBlock > TSInterfaceDeclaration)', 'Use a `type`.'),
  refused('ExportDefaultDeclaration', 'Name what you export; a default export has as many names as importers.'),
  refused('ExportAllDeclaration', 'No barrels: import the file that has it.'),
  refused(
    'MemberExpression[property.name=/^\\$(query|execute)RawUnsafe$/]',
    'SQL text is never put together from values: use $queryRaw`…` or a parameter.',
  ),
  refused(
    'CallExpression[callee.object.name="vi"][callee.property.name=/^(mock|doMock|hoisted)$/]',
    'No mocks of our own code: pass in a fake of the outside world.',
  ),
  refused(
    'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo)$/]',
    'A test that does not run proves nothing.',
  ),
];

export default defineConfig(
  globalIgnores([
    '**/generated/',
    '**/node_modules/',
    '.turbo/',
    '.enghub/',
    'coverage/',
    'examples/',
    'bench/results/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    // One program for the whole house is several times faster than one per workspace.
    languageOptions: { parserOptions: { project: ['tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['warn', { max: 300 }],
      'no-control-regex': 'error',
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', ...houseRules],
      'no-var': 'error',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
    },
  },
  {
    files: ['**/index.ts'],
    rules: { 'no-restricted-syntax': ['error', refused('Program', 'No index.ts: name the file for what it holds.')] },
  },
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['**/*.{mjs,cjs}'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      'max-lines': ['warn', { max: 300 }],
    },
  },
  {
    files: ['schema/common.graphql', 'schema/events.graphql', 'subgraphs/**/*.graphql'],
    plugins: { '@graphql-eslint': graphqlPlugin },
    languageOptions: { parser: graphqlPlugin.parser },
    rules: {
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: { style: 'camelCase', forbiddenPatterns: [/^(get|list|fetch|update)[A-Z]/] },
          InputValueDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          DirectiveDefinition: 'camelCase',
        },
      ],
      '@graphql-eslint/no-hashtag-description': 'error',
      '@graphql-eslint/require-deprecation-reason': 'error',
      '@graphql-eslint/unique-enum-value-names': 'error',
      'max-lines': ['warn', { max: 300 }],
    },
  },
  {
    files: ['schema/operations/*.graphql', 'e2e/**/*.graphql'],
    plugins: { '@graphql-eslint': graphqlPlugin },
    languageOptions: { parser: graphqlPlugin.parser },
    rules: {
      '@graphql-eslint/no-anonymous-operations': 'error',
      '@graphql-eslint/naming-convention': [
        'error',
        { OperationDefinition: 'PascalCase', VariableDefinition: 'camelCase' },
      ],
    },
  },
);
