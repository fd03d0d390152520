/** How an interface misbehaves when told to, the way real servers do. */
import type { ServerResponse } from 'node:http';
import { interfaceNames, type Answer, type InterfaceName } from './interfaces.ts';

export const faultNames = [
  'down',
  'hang-up',
  'slow',
  'garbage',
  'wrong-company',
  'about-another',
  'partial',
  'redirect',
  'huge',
] as const;
export type Fault = (typeof faultNames)[number];

export type Faults = Readonly<{
  /** From the next question on; null makes it well again. */
  set(name: InterfaceName, fault: Fault | null): void;
  setAll(fault: Fault | null): void;
  of(name: InterfaceName | null): Fault | null;
  all(): Readonly<Record<InterfaceName, Fault | null>>;
}>;

export function openFaults(): Faults {
  const faults = new Map<InterfaceName, Fault>();
  const set = (name: InterfaceName, fault: Fault | null) => {
    if (fault === null) faults.delete(name);
    else faults.set(name, fault);
  };
  return {
    set,
    setAll: (fault) => interfaceNames.forEach((name) => set(name, fault)),
    of: (name) => (name === null ? null : (faults.get(name) ?? null)),
    all: () =>
      Object.fromEntries(interfaceNames.map((name) => [name, faults.get(name) ?? null])) as Record<
        InterfaceName,
        Fault | null
      >,
  };
}

const SLOW_MS = 30_000;
const HUGE_BYTES = 2 * 1024 * 1024;
/** Whoever followed it would arrive at nothing of ours. */
const ELSEWHERE = 'http://127.0.0.1:9/';

/** What goes over the wire instead of the answer; null when the connection is to be cut. */
export async function spoiled(
  fault: Fault,
  answer: () => Promise<Answer>,
): Promise<Readonly<{ status: number; text: string; location?: string }> | null> {
  switch (fault) {
    case 'down':
      return { status: 503, text: '{"error":"unavailable"}' };
    case 'hang-up':
      return null;
    case 'slow':
      return new Promise((resolve) => {
        setTimeout(() => void answer().then((late) => resolve(plain(late))), SLOW_MS).unref();
      });
    case 'garbage':
      return { status: 200, text: '<html><h1>Welcome to luaguage</h1></html>' };
    case 'redirect':
      return { status: 302, text: '', location: ELSEWHERE };
    case 'huge':
      return { status: 200, text: JSON.stringify({ padding: 'x'.repeat(HUGE_BYTES) }) };
    case 'wrong-company':
      return plain(changed(await answer(), (it) => ({ ...it, tenant_id: 'tenant-elsewhere' })));
    case 'about-another':
      return plain(changed(await answer(), renamed));
    case 'partial':
      return plain(changed(await answer(), (it) => Object.fromEntries(Object.entries(it).filter(everyOther))));
  }
}

export function sendSpoiled(response: ServerResponse, sent: Awaited<ReturnType<typeof spoiled>>): void {
  if (sent === null) return void response.destroy();
  const { status, text, location } = sent;
  response.writeHead(status, { 'content-type': 'application/json', ...(location && { location }) });
  response.end(text);
}

type Fields = Record<string, unknown>;

const plain = ({ status, body }: Answer) => ({ status, text: JSON.stringify(body) });

/** A list is changed record by record. */
function changed({ status, body }: Answer, change: (it: Fields) => Fields): Answer {
  if (status >= 300) return { status, body };
  const { sales_orders: records } = body as { sales_orders?: readonly Fields[] };
  return {
    status,
    body: records ? { ...(body as Fields), sales_orders: records.map(change) } : change(body as Fields),
  };
}

/** Every second field is missing, beginning with the first. */
const everyOther = (_: unknown, at: number) => at % 2 === 1;

const renamed = (it: Fields): Fields =>
  Object.fromEntries(
    Object.entries(it).map(([key, value]) => [key, key.endsWith('_id') && key !== 'tenant_id' ? 'ANOTHER' : value]),
  );
