/** Heads of the chains outside the database: who can rewrite the tables cannot rewrite these too. */
import { appendFile, readFile } from 'node:fs/promises';

export type Anchor = Readonly<{ namespace: string; tenantId: string; seq: number; hash: string; at: string }>;

/** One JSON object a line. The file is only ever added to; keep it where the database's owner cannot write. */
export const appendAnchors = (file: string, anchors: readonly Anchor[]): Promise<void> =>
  appendFile(file, anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join(''));

export async function readAnchors(file: string): Promise<Anchor[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => readAnchor(line, `${file}:${number}`));
}

function readAnchor(line: string, where: string): Anchor {
  try {
    const { namespace, tenantId, seq, hash, at } = JSON.parse(line) as Record<string, unknown>;
    const texts = [namespace, tenantId, hash, at].every((it) => typeof it === 'string');
    if (texts && typeof seq === 'number') return { namespace, tenantId, seq, hash, at } as Anchor;
  } catch {
    // Falls through: a line that was cut is no anchor either.
  }
  throw new Error(`${where} is not an anchor`);
}
