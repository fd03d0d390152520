/** What others say is in the way: how news becomes a blocker, and whom it concerns. Pure. */
import type { BomChanged } from '@enghub/event-contracts/luaguage-bridge/bom-changed.v1';
import type { PpapChanged } from '@enghub/event-contracts/luaguage-bridge/ppap-changed.v1';
import type { EquipmentDown } from '@enghub/event-contracts/eam/equipment-down.v1';
import type { EquipmentUp } from '@enghub/event-contracts/eam/equipment-up.v1';
import type { QualityHoldLifted } from '@enghub/event-contracts/qms/quality-hold-lifted.v1';
import type { QualityHoldPlaced } from '@enghub/event-contracts/qms/quality-hold-placed.v1';
import type { Blocker, BlockerSource } from './rules.ts';

export type SubjectKind = 'WORK_ORDER' | 'OPERATION' | 'STATION' | 'PRODUCT' | 'MATERIAL' | 'LOT';
export type Subject = Readonly<{ kind: SubjectKind; id: string }>;

export type HeardKind =
  'QUALITY_HOLD' | 'EQUIPMENT_DOWN' | 'BOM_NOT_USABLE' | 'PPAP_NOT_APPROVED' | 'ENGINEERING_CHANGE' | 'OTHER';

/** One that is in effect. */
export type HeardBlocker = Blocker &
  Readonly<{ id: string; kind: HeardKind; reference: string; subjects: readonly Subject[] }>;

/** News of a blocker: that it is there, or that it is over. */
export type News = Readonly<{
  source: BlockerSource;
  kind: HeardKind;
  reference: string;
  at: Date;
  /** Null when it is over. */
  blocks: Readonly<{
    subjects: readonly Subject[];
    owner: string | null;
    detail: Readonly<Record<string, string>>;
  }> | null;
  /** A thing that ends once and for all stays ended, in whatever order its news arrives. */
  endsForGood: boolean;
}>;

export const holdPlaced = ({ hold_id, subjects, reason, owner, at }: QualityHoldPlaced): News => ({
  ...holdOf(hold_id, at),
  blocks: { subjects, owner, detail: { reason } },
});

export const holdLifted = ({ hold_id, at }: QualityHoldLifted): News => ({ ...holdOf(hold_id, at), blocks: null });

const holdOf = (reference: string, at: string) =>
  ({ source: 'qms', kind: 'QUALITY_HOLD', reference, at: new Date(at), endsForGood: true }) as const;

export const wentDown = ({ downtime_id, equipment_code, station_ids, reason, owner, at }: EquipmentDown): News => ({
  ...downtimeOf(downtime_id, at),
  blocks: {
    subjects: station_ids.map((id) => ({ kind: 'STATION', id })),
    owner,
    detail: { equipment: equipment_code, reason },
  },
});

export const cameUp = ({ downtime_id, at }: EquipmentUp): News => ({ ...downtimeOf(downtime_id, at), blocks: null });

const downtimeOf = (reference: string, at: string) =>
  ({ source: 'eam', kind: 'EQUIPMENT_DOWN', reference, at: new Date(at), endsForGood: true }) as const;

export const bomNews = ({ product_id, bom_version, usable, reason, owner, at }: BomChanged): News => ({
  source: 'luaguage-bridge',
  kind: 'BOM_NOT_USABLE',
  reference: `${product_id}@${bom_version}`,
  at: new Date(at),
  blocks: usable
    ? null
    : {
        subjects: [{ kind: 'PRODUCT', id: product_id }],
        owner,
        detail: { product: product_id, version: bom_version, reason: reason ?? '–' },
      },
  endsForGood: false,
});

export const ppapNews = ({ material_id, status, owner, at }: PpapChanged): News => ({
  source: 'luaguage-bridge',
  kind: 'PPAP_NOT_APPROVED',
  reference: material_id,
  at: new Date(at),
  blocks:
    status === 'APPROVED'
      ? null
      : { subjects: [{ kind: 'MATERIAL', id: material_id }], owner, detail: { material: material_id, status } },
  endsForGood: false,
});

/**
 * Those of the blockers that lie on one of the subjects. What an order was released by stays as it was: a bill or a
 * material without approval only keeps orders from being released, a bill only those that were planned by its version.
 */
export function heardOn(
  heard: readonly HeardBlocker[],
  subjects: readonly Subject[],
  when: Readonly<{ release?: string }> = {},
): Blocker[] {
  const named = new Set(subjects.map(keyOf));
  return heard.flatMap(({ id: _id, subjects: theirs, ...blocker }) => {
    const subject = theirs.find((it) => named.has(keyOf(it)));
    if (!subject || !applies(blocker, when.release)) return [];
    return [{ ...blocker, detail: { subject: subject.kind, ...blocker.detail } }];
  });
}

function applies({ kind, detail }: Blocker, bomVersion: string | undefined): boolean {
  if (kind === 'PPAP_NOT_APPROVED') return bomVersion !== undefined;
  return kind !== 'BOM_NOT_USABLE' || detail['version'] === bomVersion;
}

const keyOf = ({ kind, id }: Subject): string => `${kind} ${id}`;
