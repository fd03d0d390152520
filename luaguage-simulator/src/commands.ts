/** The words of `npm run luaguage -- …`. */
import type { AdminCommand } from './admin.ts';
import { faultNames } from './faults.ts';
import { interfaceNames } from './interfaces.ts';

export const USAGE = `usage: npm run luaguage -- …
  status
  fault <interface|all> <fault|off>          interfaces: ${interfaceNames.join(' ')}
                                             faults: ${faultNames.join(' ')}
  permissions <user> add|remove <permission>
  ppap <material> APPROVED|PENDING|REJECTED
  bom <product> <version>
  sales-order <id> <product> <quantity> [tenant]
  clock +5m | -30s | 2026-01-05T06:00:00Z
  webhooks <url> <secret> | off`;

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Null for what is no command. */
export function commandOf([verb, ...words]: readonly string[]): AdminCommand | null {
  const [one, two, three, four] = words;
  if (verb === 'status') return { do: 'status' };
  if (one === undefined) return null;
  if (verb === 'clock') return clock(one);
  if (verb === 'webhooks' && one === 'off') return { do: 'webhooks', target: null };
  if (two === undefined) return null;
  switch (verb) {
    case 'fault':
      return { do: 'fault', interface: one, fault: two === 'off' ? null : two } as AdminCommand;
    case 'ppap':
      return { do: 'ppap', material: one, status: two } as AdminCommand;
    case 'bom':
      return { do: 'bom', product: one, version: two };
    case 'webhooks':
      return { do: 'webhooks', target: { url: one, secret: two } };
    case 'permissions':
      if (three === undefined || (two !== 'add' && two !== 'remove')) return null;
      return { do: `${two}-permission`, user: one, permission: three };
    case 'sales-order':
      if (three === undefined) return null;
      return {
        do: 'sales-order',
        order: { sales_order_id: one, tenant_id: four, lines: [{ line: '10', product_id: two, qty: three }] },
      };
    default:
      return null;
  }
}

function clock(to: string): AdminCommand | null {
  const step = /^([+-])(\d{1,6})([smhd])$/.exec(to);
  if (step) return { do: 'advance-clock', ms: Number(`${step[1]}${step[2]}`) * UNITS[step[3]!]! };
  return Number.isNaN(Date.parse(to)) ? null : { do: 'set-clock', at: to };
}
