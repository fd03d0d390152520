/**
 * Which statements keep their plan on a connection: those that come again, up to a number, because PostgreSQL keeps
 * them until the connection ends. Lists of ever new lengths make ever new statements; they stay without a name.
 */
export function statementNames({ kept = 200, after = 3 } = {}): (query: Readonly<{ sql: string }>) => string {
  const names = new Map<string, string>();
  const uses = new Map<string, number>();

  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    // pg takes an empty name for none.
    if (names.size >= kept) return '';
    const count = (uses.get(sql) ?? 0) + 1;
    if (count < after) {
      if (uses.size >= kept * 10) uses.clear();
      uses.set(sql, count);
      return '';
    }
    uses.delete(sql);
    const name = `kept_${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
