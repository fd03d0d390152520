/** Where the bytes are: a folder, or a bucket of an S3 service. */
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { keyOf } from './rules.ts';
import type { SignedUrls } from './signed-urls.ts';

export type S3Settings = Readonly<{
  bucket: string;
  region: string;
  /** Of a service that is not Amazon's. */
  endpoint?: string | undefined;
  accessKeyId: string;
  secretAccessKey: string;
}>;

const INCOMING = '.incoming';

export type StorageSettings = Readonly<{ directory: string } | { s3: S3Settings }>;

export type FileRef = Readonly<{ tenantId: string; documentId: string; number: number }>;
export type CheckedFile = Readonly<{ path: string; contentType: string; sizeBytes: number; sha256: string }>;

export type Storage = Readonly<{
  /** Where files wait that are not checked yet. */
  stagingFolder: string;
  /** Returns once the bytes survive a power cut. The same again is the same. */
  keep(of: FileRef, file: CheckedFile): Promise<void>;
  read(of: FileRef): Promise<Readable>;
  remove(of: FileRef): Promise<void>;
  /** Clears away what a process left behind that died. */
  sweep(before: Date): Promise<void>;
  close(): Promise<void>;
}>;

/** What documents may use of the world. */
export type DocumentPort = Readonly<{ storage: Storage; urls: SignedUrls; maxBytes: number }>;

/** The folder or the bucket does not do what it should; what failed may be tried again. */
export class StorageTrouble extends Error {}

const troubled = async <Value>(work: Promise<Value>): Promise<Value> =>
  work.catch((error: unknown) => {
    throw new StorageTrouble('documents cannot be reached', { cause: error });
  });

export async function openStorage(settings: StorageSettings): Promise<Storage> {
  const { disk, stagingFolder, close } =
    's3' in settings ? await bucket(settings.s3) : await folder(settings.directory);
  return {
    stagingFolder,
    async keep(of, { path: staged, contentType, sizeBytes, sha256 }) {
      const file = createReadStream(staged);
      try {
        const writing = disk.putStream(key(of), file, {
          contentType,
          contentLength: sizeBytes,
          // A service that knows how checks once more what reached it.
          ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        });
        await troubled(writing);
      } finally {
        file.destroy();
      }
    },
    read: (of) => troubled(disk.getStream(key(of))),
    remove: (of) => troubled(disk.delete(key(of))),
    async sweep(before) {
      for (const name of await readdir(stagingFolder)) {
        const file = path.join(stagingFolder, name);
        const { mtime } = await stat(file).catch(() => ({ mtime: before }));
        if (mtime < before) await rm(file, { force: true });
      }
    },
    close,
  };
}

const key = ({ tenantId, documentId, number }: FileRef): string => keyOf(pathNameOf(tenantId), documentId, number);

/** Tenants are named by the ERP; a name that could mean something in a path is kept out of it. */
const pathNameOf = (tenantId: string): string =>
  /^[A-Za-z0-9_-]{1,100}$/.test(tenantId) ? tenantId : `x-${createHash('sha256').update(tenantId).digest('hex')}`;

type Opened = Readonly<{ disk: Disk; stagingFolder: string; close: () => Promise<void> }>;

async function folder(directory: string): Promise<Opened> {
  const stagingFolder = path.join(directory, INCOMING);
  await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
  const disk = new Disk(new DurableFolder({ location: directory, visibility: 'private' }));
  return { disk, stagingFolder, close: async () => undefined };
}

async function bucket({ bucket: name, region, endpoint, accessKeyId, secretAccessKey }: S3Settings): Promise<Opened> {
  // Only who has a bucket pays for the SDK.
  const [{ S3Client }, { S3Driver }] = await Promise.all([import('@aws-sdk/client-s3'), import('flydrive/drivers/s3')]);
  const client = new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
    // What goes wrong is thrown, and logged where it is caught.
    logger: silent,
    // Checksums in trailers are not understood by every service; ours stands in the header.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const disk = new Disk(new S3Driver({ client, bucket: name, visibility: 'private', supportsACL: false }));
  const stagingFolder = await mkdtemp(path.join(tmpdir(), 'enghub-documents-'));
  const close = async () => {
    client.destroy();
    await rm(stagingFolder, { recursive: true, force: true });
  };
  return { disk, stagingFolder, close };
}

const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A file is under its name whole and written to the disk, or not at all. */
class DurableFolder extends FSDriver {
  override async putStream(name: string, contents: Readable): Promise<void> {
    const root = String(this.options.location);
    const target = path.join(root, name);
    const parent = path.dirname(target);
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const unfinished = path.join(root, INCOMING, `${randomUUID()}.part`);
    try {
      const file = await open(unfinished, 'wx', 0o600);
      try {
        for await (const chunk of contents as AsyncIterable<Buffer>) await file.writeFile(chunk);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, target);
      for (const at of [parent, path.dirname(parent), root]) await syncFolder(at);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}

/** Names survive a power cut once their folder is written. Windows cannot, and need not. */
async function syncFolder(at: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(at, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
