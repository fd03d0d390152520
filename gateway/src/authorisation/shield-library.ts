/** graphql-shield as it loads on every Node: it reads `util.isUndefined`, which Node 23 took away. */
import { createRequire } from 'node:module';
import type * as Shield from 'graphql-shield';

const require = createRequire(import.meta.url);
const util = require('node:util') as { isUndefined?: (value: unknown) => boolean };
util.isUndefined ??= (value) => value === undefined;

export const { allow, and, chain, or, rule, shield } = require('graphql-shield') as typeof Shield;
