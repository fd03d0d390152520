/** What the three programs here share: an address to talk to, and a word when nobody is there. */
import { parseArgs } from 'node:util';

export const defaultUrl = 'http://localhost:4000';

/** One argument and some options with values, or the usage on stderr and exit code 2. */
export function readArguments<Option extends string>(
  usage: string,
  options: readonly Option[],
): Readonly<{ argument: string; options: Readonly<Partial<Record<Option, string>>> }> | null {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: Object.fromEntries(options.map((name) => [name, { type: 'string' as const }])),
    });
    const [argument] = positionals;
    if (argument !== undefined && positionals.length === 1) {
      return { argument, options: values as Partial<Record<Option, string>> };
    }
    console.error(usage);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
  process.exitCode = 2;
  return null;
}

export function explain(error: unknown, url: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const unreachable = error instanceof Error && (('code' in error && error.code === 'UNREACHABLE') || error.cause);
  return unreachable ? `Nobody answers at ${url}: ${message}. Is it running? Start it with npm start.` : message;
}
