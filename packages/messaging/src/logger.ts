type Write = (details: Readonly<Record<string, unknown>>, message: string) => void;

/** The part of pino that messaging needs. */
export type Logger = Readonly<{ debug: Write; info: Write; warn: Write; error: Write }>;

const quiet: Write = () => {};

/** For callers that don't care. */
export const silentLogger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
