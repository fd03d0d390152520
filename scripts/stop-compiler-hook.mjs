import { createRequire } from 'node:module';

const require = createRequire(new URL('../node_modules/tsx/package.json', import.meta.url));

export function initialize({ port }) {
  port.on('message', () => void require('esbuild').stop());
  port.unref();
}
