import type { IncomingMessage } from 'node:http';

export type BodyLimits = Readonly<{ bodyBytes: number; bodyNesting: number }>;

export type ReadBody =
  Readonly<{ ok: true; body: unknown }> | Readonly<{ ok: false; status: number; code: string; message: string }>;

const refused = (status: number, code: string, message: string): ReadBody => ({ ok: false, status, code, message });

/** Reads a JSON body of bounded size and nesting. */
export async function readJsonBody(request: IncomingMessage, limits: BodyLimits): Promise<ReadBody> {
  const encoding = request.headers['content-encoding'];
  if (encoding && encoding !== 'identity') {
    return refused(415, 'UNSUPPORTED_ENCODING', 'Compressed request bodies are not accepted.');
  }
  const [, charset] = /charset=\s*"?([\w-]+)/i.exec(request.headers['content-type'] ?? '') ?? [];
  if (charset && !/^utf-?8$/i.test(charset)) return refused(415, 'UNSUPPORTED_CHARSET', 'Request bodies are UTF-8.');

  const text = await readText(request, limits.bodyBytes);
  if (text === null)
    return refused(413, 'BODY_TOO_LARGE', `A request body may have at most ${limits.bodyBytes} bytes.`);
  if (nestsDeeperThan(text, limits.bodyNesting)) {
    return refused(400, 'BODY_TOO_NESTED', `A request body may nest at most ${limits.bodyNesting} levels.`);
  }
  try {
    return { ok: true, body: JSON.parse(text) as unknown };
  } catch {
    return refused(400, 'BAD_REQUEST', 'The request body is not JSON.');
  }
}

// Reading the rest of a body that is refused lets the client hear the refusal; there is an end to that courtesy, too.
const DRAINED_TIMES = 64;

async function readText(request: IncomingMessage, limit: number): Promise<string | null> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit * DRAINED_TIMES) return null;
    if (size > limit) chunks = [];
    else chunks.push(chunk);
  }
  return size > limit ? null : Buffer.concat(chunks).toString('utf8');
}

/** Looks at brackets outside of strings, so that a bomb is refused before it is parsed. */
export function nestsDeeperThan(json: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > limit) return true;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return false;
}
