/** Takes a file from the network onto a disk, a piece at a time, and stops at the first thing that is not as announced. */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isWhatItSays, LOOKED_AT_BYTES, type AnnouncedFile } from './rules.ts';

export type ReceivingTimes = Readonly<{
  /** Nothing may come for so long. */
  idleMs: number;
  /** All of it may take so long, and as long again for each so many bytes. */
  baseMs: number;
  bytesPerSecond: number;
}>;

export const usualTimes: ReceivingTimes = { idleMs: 15_000, baseMs: 30_000, bytesPerSecond: 128 * 1024 };
/** A gateway in front gives up after ten minutes. */
const LONGEST_MS = 9 * 60_000;

export type Trouble = 'TOO_LARGE' | 'TOO_SHORT' | 'WRONG_CHECKSUM' | 'NOT_WHAT_IT_SAYS' | 'TOO_SLOW' | 'BROKEN_OFF';
export type Received = Readonly<{ ok: true; path: string }> | Readonly<{ ok: false; trouble: Trouble }>;

/** The file that it answers is the caller's to remove. */
export async function receive(
  request: IncomingMessage,
  announced: AnnouncedFile,
  folder: string,
  times: ReceivingTimes = usualTimes,
): Promise<Received> {
  const staged = path.join(folder, randomUUID());
  const file = await open(staged, 'wx', 0o600);
  let trouble: Trouble | null;
  try {
    trouble = await write(request, announced, file, times);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  if (trouble === null) return { ok: true, path: staged };
  await rm(staged, { force: true });
  return { ok: false, trouble };
}

async function write(
  request: IncomingMessage,
  { sizeBytes, sha256, contentType }: AnnouncedFile,
  file: FileHandle,
  times: ReceivingTimes,
): Promise<Trouble | null> {
  const hash = createHash('sha256');
  let size = 0;
  let beginning = Buffer.alloc(0);
  let isKnown = false;
  for await (const chunk of pieces(request, endOf(sizeBytes, times), times.idleMs)) {
    if (typeof chunk === 'string') return chunk;
    size += chunk.length;
    if (size > sizeBytes) return 'TOO_LARGE';
    if (!isKnown) {
      beginning = Buffer.concat([beginning, chunk.subarray(0, LOOKED_AT_BYTES)]);
      isKnown = beginning.length >= LOOKED_AT_BYTES || size === sizeBytes;
      if (isKnown && !isWhatItSays(contentType, beginning)) return 'NOT_WHAT_IT_SAYS';
    }
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  if (size < sizeBytes) return 'TOO_SHORT';
  return hash.digest('hex') === sha256 ? null : 'WRONG_CHECKSUM';
}

const endOf = (sizeBytes: number, { baseMs, bytesPerSecond }: ReceivingTimes): number =>
  performance.now() + Math.min(LONGEST_MS, baseMs + (sizeBytes / bytesPerSecond) * 1000);

/** The body as it comes, and at last why no more of it is waited for. The request outlives it and can be answered. */
async function* pieces(request: IncomingMessage, end: number, idleMs: number): AsyncGenerator<Buffer | Trouble> {
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  while (true) {
    const patience = Math.min(idleMs, end - performance.now());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'TOO_SLOW'>((resolve) => {
      timer = setTimeout(() => resolve('TOO_SLOW'), Math.max(0, patience));
    });
    const next = body.next().catch(() => 'BROKEN_OFF' as const);
    const outcome = await Promise.race([next, late]);
    clearTimeout(timer);
    if (typeof outcome === 'string') return yield outcome;
    if (outcome.done) return;
    yield outcome.value;
  }
}
