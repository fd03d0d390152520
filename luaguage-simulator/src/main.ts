/** Runs the simulator by hand: `npx tsx luaguage-simulator/src/main.ts`. */
import { z } from 'zod';
import { startSimulator } from './simulator.ts';

const environment = z.object({
  LUAGUAGE_SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(4010),
  HOST: z.string().default('127.0.0.1'),
  LUAGUAGE_SIMULATOR_KEY_FILE: z.string().optional(),
  LUAGUAGE_SIMULATOR_ISSUER: z.string().optional(),
  LUAGUAGE_SIMULATOR_ADMIN_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  LUAGUAGE_SIMULATOR_ADMIN_FILE: z.string().default('.enghub/luaguage-simulator-admin.json'),
  LUAGUAGE_SIMULATOR_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  LUAGUAGE_SIMULATOR_WEBHOOK_SECRET: z.string().optional(),
  LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION: z.stringbool().default(false),
});

async function main(): Promise<void> {
  const read = environment.safeParse(process.env);
  if (!read.success) return fail(z.prettifyError(read.error));
  const { data } = read;
  try {
    const simulator = await startSimulator({
      port: data.LUAGUAGE_SIMULATOR_PORT,
      host: data.HOST,
      keyFile: data.LUAGUAGE_SIMULATOR_KEY_FILE,
      issuer: data.LUAGUAGE_SIMULATOR_ISSUER ?? issuerAt(data.HOST, data.LUAGUAGE_SIMULATOR_PORT),
      adminPort: data.LUAGUAGE_SIMULATOR_ADMIN_PORT,
      adminFile: data.LUAGUAGE_SIMULATOR_ADMIN_FILE,
      webhooks: webhooksOf(data.LUAGUAGE_SIMULATOR_WEBHOOK_URL, data.LUAGUAGE_SIMULATOR_WEBHOOK_SECRET),
      allowInProduction: data.LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION,
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
    console.log(`luaguage simulator: ${simulator.url} (issuer ${simulator.issuer})`);
  } catch (error) {
    const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    fail(
      busy
        ? `Port ${data.LUAGUAGE_SIMULATOR_PORT} is taken. Set LUAGUAGE_SIMULATOR_PORT to another one.`
        : error instanceof Error
          ? error.message
          : String(error),
    );
  }
}

function webhooksOf(url: string | undefined, secret: string | undefined) {
  if (url === undefined) return undefined;
  if (secret === undefined) throw new Error('LUAGUAGE_SIMULATOR_WEBHOOK_URL needs LUAGUAGE_SIMULATOR_WEBHOOK_SECRET.');
  return { url, secret };
}

const issuerAt = (host: string, port: number) => (port === 0 ? undefined : `http://${host}:${port}`);

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

await main();
