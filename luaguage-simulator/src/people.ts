/** The people the simulated ERP knows: who they are, what they may do, and where. */
export type Person = Readonly<{
  id: string;
  name: string;
  role: Role;
  tenantId: string;
  factoryIds: readonly string[];
}>;

export type Role = keyof typeof scopesOf;

const everyDay = [
  'factory:view',
  'work_order:view',
  'report:view',
  'board:view',
  'routing:view',
  'equipment:view',
  'product:view',
  'inventory:view',
  'lot:view',
  /** Who did it: operators' and authors' ids, and what one person did in a day. */
  'person:view',
] as const;

const administratorScopes = [
  ...everyDay,
  'work_order:create',
  'work_order:release',
  'work_order:execute',
  'work_order:cancel',
  'work_order:edit',
  'work_order:change_operations',
  'report:create',
  'report:correct',
  'report:approve',
  'conflict:view',
  'labour:record',
  'qualification:manage',
  'blocker:manage',
  'inventory:move',
  'inventory:manage',
  'lot:manage',
  'cost:view',
  'cost:manage',
  'audit:view',
  'routing:manage',
  'station:manage',
  'inspection:view',
  'inspection:record',
  'inspection_plan:manage',
  'defect:view',
  'equipment:manage',
  'oee:view',
  'mrp:view',
  'bom:view',
  'user:view',
  'sales_order:view',
  'integration:view',
  'integration:manage',
  'document:view',
  'document:edit',
  'ppap:decide',
  'events:view',
  'events:administer',
  'system:view',
  'schema:introspect',
] as const;

type Scope = (typeof administratorScopes)[number];

/** Binds whoever holds it to the part of the graph that partners build on. */
const asPartner = 'graph:partner';

/** May send commands faster than a person works. */
const inBulk = 'command:bulk';

const operatorScopes = [
  ...everyDay,
  'work_order:execute',
  'report:create',
  'labour:record',
  'inventory:move',
  'inspection:view',
  'defect:view',
  'document:view',
] as const;

const withheldFromManagers: readonly Scope[] = [
  'system:view',
  'schema:introspect',
  'inspection:record',
  'events:view',
  'events:administer',
];

export const scopesOf = {
  administrator: administratorScopes,
  production_manager: administratorScopes.filter((scope) => !withheldFromManagers.includes(scope)),
  operator: operatorScopes,
  /** A worker of the example log, whose weeks are sent in seconds. */
  logged_worker: [...operatorScopes, inBulk],
  /** Brings the example log in: an account of a program, as an interface to another system would have. */
  importer: [...operatorScopes, 'work_order:create', 'work_order:release', inBulk],
  quality_engineer: [
    ...everyDay,
    'inspection:view',
    'inspection:record',
    'inspection_plan:manage',
    'defect:view',
    'bom:view',
    'lot:manage',
    'blocker:manage',
    'audit:view',
    'document:view',
    'document:edit',
    'ppap:decide',
  ],
  planner: [
    ...everyDay,
    'work_order:create',
    'work_order:release',
    'work_order:cancel',
    'work_order:edit',
    'conflict:view',
    'inventory:move',
    'cost:view',
    'routing:manage',
    'mrp:view',
    'bom:view',
    'oee:view',
    'inspection:view',
    'sales_order:view',
    'integration:view',
    'document:view',
    'document:edit',
  ],
  maintainer: [...everyDay, 'station:manage', 'equipment:manage', 'oee:view', 'document:view', 'document:edit'],
  /** What schema/partner.graphql asks for, and nothing else. */
  partner: [
    asPartner,
    'factory:view',
    'work_order:view',
    'work_order:create',
    'report:view',
    'report:create',
    'lot:view',
    'inspection:view',
    'oee:view',
    'product:view',
    'bom:view',
  ],
} as const satisfies Record<string, readonly (Scope | typeof inBulk | typeof asPartner)[]>;

const shanghai = 'factory-sh-01';
const both = [shanghai, 'factory-bj-01'];
const person = (id: string, name: string, role: Role, factoryIds: readonly string[], tenantId = 'tenant-001') => ({
  id,
  name,
  role,
  tenantId,
  factoryIds,
});

export const demoPeople: readonly Person[] = [
  person('emp-001', 'Chen Wei', 'production_manager', both),
  person('emp-101', 'Li Na', 'operator', [shanghai]),
  person('emp-201', 'Wang Fang', 'quality_engineer', both),
  person('emp-301', 'Zhang Min', 'planner', both),
  person('emp-401', 'Liu Yang', 'maintainer', both),
  person('emp-901', 'Zhao Lei', 'administrator', both),
  person('import-001', 'Plant Log Import', 'importer', [shanghai]),
  person('partner-001', 'Partner Integrations', 'partner', [shanghai]),
  person('emp-701', 'Sun Jie', 'production_manager', ['factory-sz-01'], 'tenant-002'),
];

const byId = new Map(demoPeople.map((it) => [it.id, it]));

/** The 2012 plant log knows its operators as ID4932; some rows only say "other". */
const worker = /^(ID\d{1,10}|other)$/;

export function findPerson(id: string): Person | null {
  return byId.get(id) ?? (worker.test(id) ? person(id, `Operator ${id}`, 'logged_worker', [shanghai]) : null);
}
