/** What the ERP answers, as it comes over the wire and as we speak of it. Anything else is not an answer. */
import { z } from 'zod';

const id = z.string().min(1).max(200);

/** An answer, as old as its question: what changed while it travelled is not in it. */
export type Kept<Value> = Readonly<{ value: Value; asOf: Date }>;

/** Enough to ask for the rest. */
export type ErpRef = Readonly<{ id: string }>;
export type ErpProduct = Readonly<{ id: string; name: string; currentBomVersion: string }>;
export type ErpMaterial = Readonly<{ id: string; name: string }>;
export type ErpBom = Readonly<{ productId: string; version: string; lines: readonly ErpBomLine[] }>;
export type ErpBomLine = Readonly<{ materialId: string; quantity: string; unit: string }>;
export type PpapStatus = 'APPROVED' | 'PENDING' | 'REJECTED';
/** `approvedOn` is a day, YYYY-MM-DD. */
export type ErpPpap = Readonly<{ materialId: string; status: PpapStatus; approvedOn: string | null }>;
export type ErpUser = Readonly<{
  id: string;
  /** Null when the ERP serves a single tenant and does not say. */
  tenantId: string | null;
  roles: readonly string[];
  factoryIds: readonly string[];
  permissions: readonly string[];
}>;

// Quantities fit numeric(18,4) here and everywhere behind us; JSON may bring them as a number or as text.
const quantity = z
  .union([z.number().nonnegative().transform(String), z.string()])
  .pipe(z.string().regex(/^\d{1,14}(\.\d{1,4})?$/, 'must be a decimal with at most 4 places'));
const day = z.iso.date();

export const productAnswer = z
  .object({ product_id: id, name: z.string().min(1).max(500), current_bom_version: id })
  .transform((it): ErpProduct => ({ id: it.product_id, name: it.name, currentBomVersion: it.current_bom_version }));

export const materialAnswer = z
  .object({ material_id: id, name: z.string().min(1).max(500) })
  .transform((it): ErpMaterial => ({ id: it.material_id, name: it.name }));

export const bomAnswer = z
  .object({
    product_id: id,
    bom_version: id,
    materials: z.array(z.object({ material_id: id, qty: quantity, unit: z.string().min(1).max(20) })).max(10_000),
  })
  .transform((it): ErpBom => ({
    productId: it.product_id,
    version: it.bom_version,
    lines: it.materials.map((line) => ({ materialId: line.material_id, quantity: line.qty, unit: line.unit })),
  }));

export const ppapAnswer = z
  .object({
    material_id: id,
    ppap_status: z.enum(['APPROVED', 'PENDING', 'REJECTED']),
    approval_date: day.nullish(),
  })
  .transform((it): ErpPpap => ({
    materialId: it.material_id,
    status: it.ppap_status,
    approvedOn: it.ppap_status === 'APPROVED' ? (it.approval_date ?? null) : null,
  }));

export const permissionsAnswer = z
  .object({
    user_id: id,
    tenant_id: id.nullish(),
    roles: z.array(z.string()),
    factories: z.array(id),
    permissions: z.array(z.string()),
  })
  .transform((it): ErpUser => ({
    id: it.user_id,
    tenantId: it.tenant_id ?? null,
    roles: it.roles,
    factoryIds: it.factories,
    permissions: it.permissions,
  }));

/** Who holds a role. Of another company's users there is no word here; see `usersAnswer`. */
export type ErpListedUser = Pick<ErpUser, 'id' | 'roles' | 'factoryIds'>;

/** Users who belong to another company are none of ours, even when the ERP lists them. */
export const usersAnswer = (tenantId: string) =>
  z
    .object({ users: z.array(permissionsAnswer.in.omit({ permissions: true })).max(10_000) })
    .transform(({ users }): readonly ErpListedUser[] =>
      users
        .filter((it) => (it.tenant_id ?? tenantId) === tenantId)
        .map((it) => ({
          id: it.user_id,
          roles: it.roles,
          factoryIds: it.factories.filter((factory) => factory !== '*'),
        })),
    );

/** Ids go into a path: what could lead elsewhere names nothing. */
export const isErpId = (text: string): boolean =>
  /^[\p{L}\p{N} ._:@+-]{1,120}$/u.test(text) && !/^\.+$/.test(text) && text.trim() === text;
