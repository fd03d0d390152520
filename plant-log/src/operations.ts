/** The operations of schema/operations that this client sends, with what it reads from the answers. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export type Operation<Answer> = Readonly<{ name: string; text: string; read: (data: unknown) => Answer }>;

/** A command's payload, or why it was refused. */
export type Verdict<Payload> = Readonly<{ ok: true; payload: Payload } | { ok: false; refusal: Refusal }>;
export type Refusal = Readonly<{ code: string; message: string }>;

const refusal = z.object({ code: z.string(), message: z.string() });

function operation<Answer>(name: string, read: (data: unknown) => Answer): Operation<Answer> {
  const file = new URL(`../../schema/operations/${name}.graphql`, import.meta.url);
  return { name, text: readFileSync(file, 'utf8'), read };
}

function command<Payload extends z.ZodType>(name: string, payload: Payload): Operation<Verdict<z.infer<Payload>>> {
  const field = `${name[0]!.toLowerCase()}${name.slice(1)}`;
  const verdict = z.object({ __typename: z.string() }).loose();
  return operation(name, (data) => {
    const result = verdict.parse(z.record(z.string(), z.unknown()).parse(data)[field]);
    return result.__typename.endsWith('Refusal')
      ? { ok: false, refusal: refusal.parse(result) }
      : { ok: true, payload: payload.parse(result) };
  });
}

const step = z.object({ id: z.string(), version: z.number(), status: z.string() });
const order = step.extend({
  number: z.string(),
  quantity: z.string(),
  remainingQuantity: z.string(),
  product: z.object({ id: z.string() }),
  operations: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type Order = Readonly<z.infer<typeof order>>;

const ordersByNumber = z.object({ workOrders: z.object({ edges: z.array(z.object({ node: order })) }) });
const boards = z.object({
  factory: z.object({ stations: z.array(z.object({ id: z.string(), code: z.string() })) }).nullable(),
  shiftAt: z.object({ shiftDate: z.string(), name: z.string() }).nullable(),
});
/** The stations of the plant and the shift that runs. */
export type Boards = Readonly<z.infer<typeof boards>>;

const anything = z.object({});
const replayable = z.object({ replayed: z.boolean() });

export const operations = {
  defineFactory: command('DefineFactory', anything),
  definePlantPolicies: command('DefinePlantPolicies', anything),
  defineProductionLine: command('DefineProductionLine', anything),
  defineShiftPattern: command('DefineShiftPattern', anything),
  defineStation: command('DefineStation', z.object({ station: z.object({ id: z.string() }) })),
  defineRouting: command('DefineRouting', anything),
  defineInspectionPlan: command('DefineInspectionPlan', anything),
  createWorkOrder: command('CreateWorkOrder', replayable.extend({ workOrder: order })),
  releaseWorkOrder: command('ReleaseWorkOrder', z.object({ workOrder: step })),
  startWorkOrder: command('StartWorkOrder', z.object({ workOrder: step })),
  completeWorkOrder: command('CompleteWorkOrder', z.object({ workOrder: step })),
  reportProduction: command('ReportProduction', replayable),
  recordTimeEvent: command('RecordTimeEvent', replayable),
  boards: operation('Stations', (data): Boards => boards.parse(data)),
  workOrderByNumber: operation(
    'WorkOrderByNumber',
    (data): Order | undefined => ordersByNumber.parse(data).workOrders.edges[0]?.node,
  ),
} as const;
