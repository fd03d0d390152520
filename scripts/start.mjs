/** `npm start`: the whole supergraph in this one process, on embedded defaults where no URL is set. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { stopWithNpm } from './npm-process.mjs';
import { prepare, root } from './prepare.mjs';
import { runtimeEnvironment } from './runtime-environment.mjs';
import { runTypeScript } from './run-typescript.mjs';

await prepare();
stopWithNpm();

Object.assign(process.env, runtimeEnvironment(process.env));

const main = path.join(root, 'all-in-one/src/main.ts');
process.argv[1] = main;
await runTypeScript(pathToFileURL(main).href);
