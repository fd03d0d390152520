/**
 * Reads one connection to PostgreSQL for the moments of commit. There are two: COMMIT itself, and the Sync behind a
 * statement outside of a transaction, for with it the server commits what it has already executed.
 */

export type Part = Readonly<{ bytes: Buffer; /** Ends with a message that commits. */ commits: boolean }>;

export type CommitWatch = Readonly<{
  /** Cuts what a client sends in front of each message that commits. */
  fromClient(bytes: Buffer): Part[];
  fromServer(bytes: Buffer): void;
  /** Calls back when the server has answered all that it was asked. */
  whenReady(callback: () => void): void;
  /** Nothing is passed on any more. */
  doom(): void;
  isDoomed(): boolean;
}>;

const PROTOCOL_3 = 196_608;
const READY = 'Z'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);
const WRITES =
  /^\s*(insert|update|delete|with|select\s+(\w+\.)?(report_production|count_daily_production|post_movements))\b/i;
const COMMIT = /^\s*commit\b/i;

export function createCommitWatch(): CommitWatch {
  const client = framesOf('client');
  const server = framesOf('server');
  const statements = new Map<string, string>();
  let isIdle = true;
  let bound = '';
  let executed = '';
  let onReady: (() => void) | null = null;
  let doomed = false;

  function commits(type: string, body: Buffer): boolean {
    switch (type) {
      case 'P': {
        const [name = '', text = ''] = texts(body);
        statements.set(name, text);
        return false;
      }
      case 'B':
        bound = statements.get(texts(body)[1] ?? '') ?? '';
        return false;
      case 'E':
        executed = bound;
        return false;
      case 'S': {
        const text = executed;
        executed = '';
        return COMMIT.test(text) || (isIdle && WRITES.test(text));
      }
      case 'Q': {
        const [text = ''] = texts(body);
        return COMMIT.test(text) || (isIdle && WRITES.test(text));
      }
      default:
        return false;
    }
  }

  return {
    fromClient(bytes) {
      const parts: Part[] = [];
      let harmless: Buffer[] = [];
      for (const { type, body, whole } of client(bytes)) {
        if (!commits(type, body)) {
          harmless.push(whole);
          continue;
        }
        if (harmless.length > 0) parts.push({ bytes: Buffer.concat(harmless), commits: false });
        harmless = [];
        parts.push({ bytes: whole, commits: true });
      }
      if (harmless.length > 0) parts.push({ bytes: Buffer.concat(harmless), commits: false });
      return parts;
    },
    fromServer(bytes) {
      for (const { type, body } of server(bytes)) {
        if (type.charCodeAt(0) !== READY) continue;
        isIdle = body[0] === IDLE;
        onReady?.();
      }
    },
    whenReady: (callback) => void (onReady = callback),
    doom: () => void (doomed = true),
    isDoomed: () => doomed,
  };
}

type Frame = Readonly<{ type: string; body: Buffer; whole: Buffer }>;

/** Messages as they become complete. A client's first ones carry no type. */
function framesOf(side: 'client' | 'server'): (bytes: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  let isTyped = side === 'server';
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const frames: Frame[] = [];
    for (;;) {
      const head = isTyped ? 1 : 0;
      if (rest.length < head + 4) return frames;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return frames;
      const whole = rest.subarray(0, length);
      const body = whole.subarray(head + 4);
      frames.push({ type: isTyped ? String.fromCharCode(whole[0]!) : '', body, whole });
      if (!isTyped && body.length >= 4 && body.readUInt32BE(0) === PROTOCOL_3) isTyped = true;
      rest = rest.subarray(length);
    }
  };
}

/** The texts with a zero behind them at the start of a message. */
function texts(body: Buffer): string[] {
  const [first = '', second = ''] = body.toString('latin1').split('\0', 2);
  return [first, second];
}
