/** Which files are taken, and what becomes of documents. Pure: the caller brings the clock and the data. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';

export type Kind = 'DRAWING' | 'WORK_INSTRUCTION' | 'CERTIFICATE' | 'PPAP' | 'REPORT' | 'PHOTO' | 'OTHER';
export type SubjectKind = 'PRODUCT' | 'MATERIAL' | 'WORK_ORDER' | 'INSPECTION' | 'EQUIPMENT';
export type Subject = Readonly<{ kind: SubjectKind; id: string }>;

/** A file as its sender announces it. */
export type AnnouncedFile = Readonly<{ fileName: string; contentType: string; sizeBytes: number; sha256: string }>;

export type FileRefusal = 'BAD_FILE_NAME' | 'CONTENT_TYPE_NOT_ALLOWED' | 'EMPTY_FILE' | 'TOO_LARGE' | 'BAD_CHECKSUM';
export type NewDocumentRefusal = FileRefusal | 'BAD_TITLE' | 'TOO_MANY_SUBJECTS' | 'BAD_SUBJECT';

/** How long the bytes of an announced file may take to come. */
export const UPLOAD_WITHIN_MS = 15 * 60_000;
/** How long a link to a file works. */
export const DOWNLOAD_WITHIN_MS = 5 * 60_000;
const MOST_SUBJECTS = 20;

const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u;
const UNWRITABLE = /(?![\n\r\t])[\p{Cc}\p{Cs}]/u;

const isLine = (text: string): boolean => text.length <= 200 && text.trim().length > 0 && !UNPRINTABLE.test(text);
export const isReason = (text: string): boolean => text.length <= 1_000 && !UNWRITABLE.test(text);
export const isSubject = ({ id }: Subject): boolean => isLine(id);

/** What comes before a file's content: bytes in Latin-1, each row one way to begin, at the given place. */
type Beginning = Readonly<{ at: number; bytes: string }>;

const starts = (...bytes: string[]): readonly (readonly Beginning[])[] => bytes.map((it) => [{ at: 0, bytes: it }]);
const zip = starts('PK\x03\x04');

/** Null where the type has no sign of its own: such a file must be text. */
const beginnings: Readonly<Record<string, readonly (readonly Beginning[])[] | null>> = {
  'application/pdf': starts('%PDF-'),
  'image/png': starts('\x89PNG\r\n\x1a\n'),
  'image/jpeg': starts('\xff\xd8\xff'),
  'image/gif': starts('GIF87a', 'GIF89a'),
  'image/tiff': starts('II*\0', 'MM\0*'),
  'image/bmp': starts('BM'),
  'image/webp': [
    [
      { at: 0, bytes: 'RIFF' },
      { at: 8, bytes: 'WEBP' },
    ],
  ],
  'image/heic': ['heic', 'heix', 'mif1'].map((brand) => [{ at: 4, bytes: `ftyp${brand}` }]),
  'video/mp4': [[{ at: 4, bytes: 'ftyp' }]],
  'application/zip': zip,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': zip,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': zip,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': zip,
  'application/msword': starts('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
  'application/vnd.ms-excel': starts('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
  'model/step': starts('ISO-10303-21;'),
  'image/vnd.dwg': starts('AC10'),
  'image/vnd.dxf': null,
  'text/plain': null,
  'text/csv': null,
};

/** Enough of a file to know it by. */
export const LOOKED_AT_BYTES = 512;

/** Whether a file that begins like this can be what it is said to be. */
export function isWhatItSays(contentType: string, beginning: Uint8Array): boolean {
  const ways = beginnings[contentType];
  if (ways === undefined) return false;
  const text = Buffer.from(beginning).toString('latin1');
  if (ways === null) return !text.includes('\0') && !MARKUP.test(text);
  return ways.some((way) => way.every(({ at, bytes }) => text.startsWith(bytes, at)));
}

/** What some browsers would show as a page, whatever it is said to be. */
const MARKUP = /^(\xef\xbb\xbf)?\s*<(!doctype|!--|\?xml|html|head|body|script|iframe|svg|style|title|img|a)\b/i;

/** The announced file in the form in which it is kept. */
export function announce(file: AnnouncedFile, maxBytes: number): Decision<AnnouncedFile, never, FileRefusal> {
  const fileName = baseName(file.fileName);
  if (!isLine(fileName) || /^\.+$/.test(fileName)) return refuse('BAD_FILE_NAME');
  const contentType = mediaType(file.contentType);
  if (!Object.hasOwn(beginnings, contentType)) return refuse('CONTENT_TYPE_NOT_ALLOWED');
  if (file.sizeBytes <= 0) return refuse('EMPTY_FILE');
  if (file.sizeBytes > maxBytes) return refuse('TOO_LARGE');
  const sha256 = file.sha256.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(sha256)) return refuse('BAD_CHECKSUM');
  return accept({ fileName, contentType, sizeBytes: file.sizeBytes, sha256 });
}

/** Some browsers tell the folder, too. */
const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).trim();

/** Without parameters such as the charset. */
export const mediaType = (contentType: string): string => contentType.split(';', 1)[0]!.trim().toLowerCase();

export type NewDocument = Readonly<{
  kind: Kind;
  title: string;
  subjects: readonly Subject[];
  file: AnnouncedFile;
}>;

export function draftDocument(
  { kind, title, subjects, file }: NewDocument,
  maxBytes: number,
): Decision<NewDocument, never, NewDocumentRefusal> {
  if (!isLine(title)) return refuse('BAD_TITLE');
  if (subjects.length > MOST_SUBJECTS) return refuse('TOO_MANY_SUBJECTS');
  if (!subjects.every(isSubject)) return refuse('BAD_SUBJECT');
  const announced = announce(file, maxBytes);
  if (!announced.ok) return announced;
  const distinct = [...new Map(subjects.map((it) => [`${it.kind} ${it.id}`, it])).values()];
  return accept({ kind, title: title.trim(), subjects: distinct, file: announced.state });
}

/** Where a version's bytes are kept: nothing in it was chosen by a client. `tenant` is a name that fits into a path. */
export const keyOf = (tenant: string, documentId: string, number: number): string =>
  `${tenant}/${documentId}/${number}`;

export const isLinked = (links: readonly Subject[], { kind, id }: Subject): boolean =>
  links.some((it) => it.kind === kind && it.id === id);

/** Answers whether there is something to add. */
export function withLink(links: readonly Subject[], subject: Subject): Decision<boolean, never, 'TOO_MANY_SUBJECTS'> {
  if (isLinked(links, subject)) return accept(false);
  return links.length >= MOST_SUBJECTS ? refuse('TOO_MANY_SUBJECTS') : accept(true);
}

/** A version that was announced earlier may come later; it does not replace what is newer. */
export const newest = (current: number | null, stored: number): number => Math.max(current ?? 0, stored);
