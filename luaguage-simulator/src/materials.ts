/** Products, bills of materials and materials of the simulated ERP, as its interfaces answer them. */
export type Product = Readonly<{ product_id: string; name: string; current_bom_version: string }>;
export type Bom = Readonly<{ product_id: string; bom_version: string; materials: readonly BomLine[] }>;
export type BomLine = Readonly<{ material_id: string; qty: number; unit: string }>;
export type Material = Readonly<{ material_id: string; name: string }>;
export type Ppap = Readonly<{ material_id: string; ppap_status: PpapStatus; approval_date: string | null }>;
export type PpapStatus = 'APPROVED' | 'PENDING' | 'REJECTED';

const known: readonly Bom[] = [
  {
    product_id: 'PROD-A001',
    bom_version: 'V2.0',
    materials: [
      { material_id: 'MAT-001', qty: 10, unit: 'pcs' },
      { material_id: 'MAT-002', qty: 5, unit: 'pcs' },
    ],
  },
];
const knownNames: Readonly<Record<string, string>> = {
  'PROD-A001': 'Control Valve A001',
  'MAT-001': 'Valve Seat',
  'MAT-002': 'Sealing Ring',
};
const unapproved: Readonly<Record<string, PpapStatus>> = { 'MAT-PENDING': 'PENDING', 'MAT-REJECTED': 'REJECTED' };

/** Any other product is made up from its id, so that every plant's log finds its parts. */
export function findProduct(id: string): Product | null {
  const bom = currentBom(id);
  return bom && { product_id: id, name: nameOf(id, 'PROD-'), current_bom_version: bom.bom_version };
}

export function findBom(productId: string, version: string): Bom | null {
  const bom = currentBom(productId);
  return bom?.bom_version === version ? bom : null;
}

export function findMaterial(id: string): Material | null {
  return isIdOf('MAT-', id) ? { material_id: id, name: nameOf(id, 'MAT-') } : null;
}

export function findPpap(materialId: string): Ppap | null {
  if (!isIdOf('MAT-', materialId)) return null;
  const status = unapproved[materialId] ?? 'APPROVED';
  return {
    material_id: materialId,
    ppap_status: status,
    approval_date: status === 'APPROVED' ? '2025-12-01' : null,
  };
}

function currentBom(productId: string): Bom | null {
  if (!isIdOf('PROD-', productId)) return null;
  const slug = productId.slice('PROD-'.length);
  return (
    known.find((bom) => bom.product_id === productId) ?? {
      product_id: productId,
      bom_version: 'V1.0',
      materials: [
        { material_id: `MAT-${slug}-BLANK`, qty: 1, unit: 'pcs' },
        { material_id: 'MAT-CUTTING-FLUID', qty: 0.05, unit: 'l' },
      ],
    }
  );
}

const isIdOf = (prefix: string, id: string) => id.startsWith(prefix) && /^[\w.-]{1,120}$/.test(id.slice(prefix.length));

const nameOf = (id: string, prefix: string) => knownNames[id] ?? unslugged(id.slice(prefix.length));

const unslugged = (slug: string) =>
  slug
    .split(/[-_]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join(' ') || slug;
