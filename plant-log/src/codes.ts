/** Codes made from the names that people gave. Pure. */

/** "Machine 4 - Turning & Milling" becomes machine-4-turning-milling. Letters of any script stay. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');

/** A code for each distinct name, in the order of their codes; names that look alike get -2, -3 … */
export function nameCodes(names: Iterable<string>): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const codes: [string, string][] = [];
  for (const name of [...new Set(names)].sort()) {
    const base = slug(name) || 'unnamed';
    let code = base;
    for (let count = 2; taken.has(code); count += 1) code = `${base}-${count}`;
    taken.add(code);
    codes.push([name, code]);
  }
  return new Map(codes.sort(([, a], [, b]) => (a < b ? -1 : 1)));
}

export const productIdOf = (partCode: string): string => `PROD-${partCode.toUpperCase()}`;
