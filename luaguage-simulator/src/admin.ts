/** Changes the simulated world while it runs. Listens on this machine only, to whoever can read its token. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { z } from 'zod';
import type { Books } from './books.ts';
import { faultNames, type Faults } from './faults.ts';
import { interfaceNames } from './interfaces.ts';
import { close, listen, readBody, send } from './server.ts';
import type { Webhooks } from './webhooks.ts';

/** Where the admin interface is, and what opens it; kept in a file for the command line. */
export type AdminAccess = Readonly<{ url: string; token: string }>;
export type RunningAdmin = AdminAccess & Readonly<{ stop(): Promise<void> }>;

type World = Readonly<{ books: Books; faults: Faults; webhooks: Webhooks; url: string }>;

const quantity = z.union([z.number().positive().transform(String), z.string().regex(/^\d{1,14}(\.\d{1,4})?$/)]);
const command = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('fault'),
    interface: z.enum([...interfaceNames, 'all']),
    fault: z.enum(faultNames).nullable(),
  }),
  z.object({ do: z.literal('ppap'), material: z.string(), status: z.enum(['APPROVED', 'PENDING', 'REJECTED']) }),
  z.object({ do: z.literal('add-permission'), user: z.string(), permission: z.string().min(1) }),
  z.object({ do: z.literal('remove-permission'), user: z.string(), permission: z.string().min(1) }),
  z.object({
    do: z.literal('bom'),
    product: z.string(),
    version: z.string().min(1).max(100),
    materials: z.array(z.object({ material_id: z.string(), qty: z.number().positive(), unit: z.string() })).optional(),
  }),
  z.object({
    do: z.literal('sales-order'),
    order: z.object({
      sales_order_id: z.string().min(1),
      tenant_id: z.string().min(1).default('tenant-001'),
      customer: z.string().min(1).default('A Customer'),
      status: z.enum(['OPEN', 'FULFILLED', 'CANCELLED']).default('OPEN'),
      lines: z
        .array(
          z.object({
            line: z.string().min(1),
            product_id: z.string().min(1),
            qty: quantity,
            unit: z.string().default('pcs'),
            due_date: z.iso.date().nullable().default(null),
          }),
        )
        .min(1),
    }),
  }),
  z.object({ do: z.literal('advance-clock'), ms: z.number().int() }),
  z.object({ do: z.literal('set-clock'), at: z.coerce.date() }),
  z.object({
    do: z.literal('webhooks'),
    target: z.object({ url: z.url({ protocol: /^https?$/ }), secret: z.string().min(1) }).nullable(),
  }),
  z.object({ do: z.literal('status') }),
]);
export type AdminCommand = z.input<typeof command>;

/** False for what the ERP does not know. */
function carryOut(it: z.infer<typeof command>, { books, faults, webhooks }: World): boolean {
  switch (it.do) {
    case 'fault':
      if (it.interface === 'all') faults.setAll(it.fault);
      else faults.set(it.interface, it.fault);
      return true;
    case 'ppap':
      return books.setPpap(it.material, it.status);
    case 'add-permission':
      return books.addPermission(it.user, it.permission);
    case 'remove-permission':
      return books.removePermission(it.user, it.permission);
    case 'bom':
      return books.setBom(it.product, it.version, it.materials);
    case 'sales-order':
      books.putSalesOrder(it.order);
      return true;
    case 'advance-clock':
      books.advanceClock(it.ms);
      return true;
    case 'set-clock':
      books.setClock(it.at);
      return true;
    case 'webhooks':
      webhooks.sendTo(it.target);
      return true;
    case 'status':
      return true;
  }
}

const statusOf = ({ books, faults, webhooks, url }: World) => ({
  url,
  clock: books.now().toISOString(),
  faults: faults.all(),
  notifications: books.sales.notifications().length,
  orderStatuses: books.sales.posted(),
  webhooks: webhooks.counts(),
});

export async function startAdmin(world: World, options: { port?: number; file?: string }): Promise<RunningAdmin> {
  const token = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    answer(request, response, world, token).catch(() => send(response, { status: 500, body: { error: 'internal' } }));
  });
  const url = `http://127.0.0.1:${await listen(server, '127.0.0.1', options.port ?? 0)}`;
  const { file } = options;
  if (file !== undefined) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ url, token } satisfies AdminAccess), { mode: 0o600 });
  }
  return {
    url,
    token,
    stop: async () => {
      if (file !== undefined) rmSync(file, { force: true });
      await close(server);
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, world: World, token: string): Promise<void> {
  if (!isAllowed(request, token)) return send(response, { status: 401, body: { error: 'unauthorized' } });
  if (request.method !== 'POST') return send(response, { status: 405, body: { error: 'method_not_allowed' } });
  const body = await readBody(request);
  const read = command.safeParse(json(body ?? ''));
  if (!read.success) return send(response, { status: 400, body: { error: z.prettifyError(read.error) } });
  if (!carryOut(read.data, world))
    return send(response, { status: 404, body: { error: 'The ERP knows no such thing.' } });
  send(response, { status: 200, body: statusOf(world) });
}

/** The token also keeps web pages out that the same machine looks at. */
function isAllowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
