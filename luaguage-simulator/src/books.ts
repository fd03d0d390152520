/** What the simulated ERP knows, and what a person or a test changes in it. Lives as long as the simulator does. */
import { findBom, findMaterial, findPpap, findProduct, type Bom, type BomLine, type PpapStatus } from './materials.ts';
import { demoPeople, findPerson, scopesOf } from './people.ts';
import { openSalesBooks, type SalesOrder } from './sales-orders.ts';

/** What a change is about, as the webhook tells it; the receiver asks for the rest. */
export type Change =
  | Readonly<{ event: 'bom.changed'; data: Readonly<{ product_id: string; bom_version: string }> }>
  | Readonly<{ event: 'ppap.changed'; data: Readonly<{ material_id: string }> }>
  | Readonly<{ event: 'permissions.changed'; data: Readonly<{ user_id: string }> }>
  | Readonly<{ event: 'sales-order.changed'; data: Readonly<{ sales_order_id: string }> }>;

/** Null when it concerns every company that the ERP serves. */
export type ToldChange = Change & Readonly<{ tenantId: string | null }>;

export type Books = ReturnType<typeof openBooks>;

export function openBooks(onChange: (change: ToldChange) => void) {
  let clockAheadMs = 0;
  const now = () => new Date(Date.now() + clockAheadMs);
  const sales = openSalesBooks(now);
  const ppaps = new Map<string, Readonly<{ status: PpapStatus; since: string }>>();
  /** Null: withdrawn. */
  const boms = new Map<string, Bom | null>();
  const currentVersions = new Map<string, string>();
  const scopes = new Map<string, readonly string[]>();

  function bom(productId: string, version: string): Bom | null {
    const changed = boms.get(JSON.stringify([productId, version]));
    return changed === undefined ? findBom(productId, version) : changed;
  }

  function permissions(userId: string): readonly string[] | null {
    const person = findPerson(userId);
    return person && (scopes.get(userId) ?? scopesOf[person.role]);
  }

  function changePermissions(userId: string, change: (before: readonly string[]) => readonly string[]): boolean {
    const before = permissions(userId);
    if (!before) return false;
    scopes.set(userId, change(before));
    onChange({ event: 'permissions.changed', tenantId: findPerson(userId)!.tenantId, data: { user_id: userId } });
    return true;
  }

  return {
    now,
    sales,
    bom,
    material: findMaterial,
    product: (id: string) => {
      const product = findProduct(id);
      return product && { ...product, current_bom_version: currentVersions.get(id) ?? product.current_bom_version };
    },
    ppap: (materialId: string) => {
      const ppap = findPpap(materialId);
      const changed = ppaps.get(materialId);
      if (!ppap || !changed) return ppap;
      const { status, since } = changed;
      return { ...ppap, ppap_status: status, approval_date: status === 'APPROVED' ? since : null };
    },
    user: (id: string) => {
      const person = findPerson(id);
      return (
        person && {
          user_id: person.id,
          tenant_id: person.tenantId,
          roles: [person.role],
          factories: person.factoryIds,
          permissions: permissions(id)!,
        }
      );
    },

    /** The demo people of a company; the operators of the plant log are made up when they are asked for. */
    users: (tenantId: string, { role, factoryId }: { role: string | null; factoryId: string | null }) =>
      demoPeople
        .filter((person) => person.tenantId === tenantId)
        .filter((person) => role === null || person.role === role)
        .filter((person) => factoryId === null || person.factoryIds.includes(factoryId))
        .map((person) => ({
          user_id: person.id,
          tenant_id: person.tenantId,
          roles: [person.role],
          factories: person.factoryIds,
        })),

    /** All of these answer false for what the ERP does not know. */
    setPpap: (materialId: string, status: PpapStatus): boolean => {
      if (!findPpap(materialId)) return false;
      ppaps.set(materialId, { status, since: now().toISOString().slice(0, 10) });
      onChange({ event: 'ppap.changed', tenantId: null, data: { material_id: materialId } });
      return true;
    },
    /** Without materials the new version is made of what the version before was made of. */
    setBom: (productId: string, version: string, materials?: readonly BomLine[]): boolean => {
      const product = findProduct(productId);
      if (!product) return false;
      const before = bom(productId, currentVersions.get(productId) ?? product.current_bom_version);
      boms.set(JSON.stringify([productId, version]), {
        product_id: productId,
        bom_version: version,
        materials: materials ?? before?.materials ?? [],
      });
      currentVersions.set(productId, version);
      onChange({ event: 'bom.changed', tenantId: null, data: { product_id: productId, bom_version: version } });
      return true;
    },
    withdrawBom: (productId: string, version: string): boolean => {
      if (!bom(productId, version)) return false;
      boms.set(JSON.stringify([productId, version]), null);
      onChange({ event: 'bom.changed', tenantId: null, data: { product_id: productId, bom_version: version } });
      return true;
    },
    addPermission: (userId: string, scope: string): boolean =>
      changePermissions(userId, (before) => [...new Set([...before, scope])]),
    removePermission: (userId: string, scope: string): boolean =>
      changePermissions(userId, (before) => before.filter((it) => it !== scope)),
    putSalesOrder: (order: Omit<SalesOrder, 'changed_at'>): SalesOrder => {
      const put = sales.put(order);
      onChange({
        event: 'sales-order.changed',
        tenantId: put.tenant_id,
        data: { sales_order_id: put.sales_order_id },
      });
      return put;
    },
    advanceClock: (ms: number): Date => {
      clockAheadMs += ms;
      return now();
    },
    setClock: (at: Date): Date => {
      clockAheadMs = at.getTime() - Date.now();
      return now();
    },
  };
}
