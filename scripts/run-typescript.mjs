import { createRequire, register } from 'node:module';
import { MessageChannel } from 'node:worker_threads';

/**
 * Runs a TypeScript file as it is. Once it has started what it starts, the compiler's own processes have nothing left
 * to do: they are ended. A later import would start them again.
 */
export async function runTypeScript(url) {
  await import('tsx');
  const { port1, port2 } = new MessageChannel();
  // Module hooks have a thread of their own, and the compiler that they started can only be reached from there.
  register('./stop-compiler-hook.mjs', import.meta.url, { data: { port: port2 }, transferList: [port2] });
  await import(url);
  port1.postMessage('loaded');
  port1.unref();
  void createRequire(new URL('../node_modules/tsx/package.json', import.meta.url))('esbuild').stop();
}
