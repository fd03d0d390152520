/** Prisma's schema engine in its WebAssembly build: the npm package holds all of it, nothing is downloaded. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { migrationAdapter } from './migration-adapter.ts';
import type { Migration } from './migrations.ts';

const require = createRequire(import.meta.url);

// Not among the types for Node, which has it all the same.
const webAssembly = (
  globalThis as unknown as {
    WebAssembly: {
      instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
    };
  }
).WebAssembly;

type EngineModule = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');

let loading: Promise<EngineModule> | undefined;

function load(): Promise<EngineModule> {
  return (loading ??= (async () => {
    const script = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (panic: string) => console.error(panic) } });
    const engine = await import('@prisma/schema-engine-wasm/schema_engine_bg');
    const { instance } = await webAssembly.instantiate(await readFile(script.replace(/\.js$/, '.wasm')), {
      './schema_engine_bg.js': engine,
    });
    engine.__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
    return engine;
  })());
}

export type Datamodel = { path: string; content: string };

// The engine panics without any, also for work that needs none.
const anyDatamodel: Datamodel = { path: 'schema.prisma', content: 'datasource db {\n  provider = "postgresql"\n}\n' };

export type EngineOptions = Readonly<{
  url: string;
  /** Null leaves the search path alone, so that the engine writes qualified names. */
  namespace: string | null;
  migrations: readonly Migration[];
  datamodels?: readonly Datamodel[];
}>;

/** Opens an engine on a database, closes it afterwards, and turns its numbered errors into what the driver said. */
export async function withEngine<Result>(
  { url, namespace, migrations, datamodels = [anyDatamodel] }: EngineOptions,
  work: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  const { SchemaEngine } = await load();
  const { factory, close } = migrationAdapter({ url, namespace, migrations });
  const bound = bindMigrationAwareSqlAdapterFactory(factory);
  let engine: SchemaEngine | undefined;
  try {
    engine = await SchemaEngine.new(
      { datamodels: datamodels.map(({ path, content }) => [path, content]) },
      () => undefined,
      bound,
    );
    return await work(engine);
  } catch (error) {
    const id = /id["\s:]+(\d+)/.exec(error instanceof Error ? error.message : String(error))?.[1];
    const cause = id === undefined ? undefined : bound.errorRegistry.consumeError(Number(id))?.error;
    throw cause ?? error;
  } finally {
    engine?.free();
    await close();
  }
}
