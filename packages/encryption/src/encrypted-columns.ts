/** Which columns of a subgraph are encrypted; each has `SELECT encrypted_column('table', 'column')` in a migration. */
export type EncryptedColumn = Readonly<{
  /** As in the database, without the schema. */
  table: string;
  column: string;
  /** The primary key: what makes a value of one row useless in another. */
  rowId: readonly string[];
}>;

export type EncryptedColumns = Readonly<Record<string, EncryptedColumn>>;

/** The values of the primary key, in the order of `rowId`. */
export type RowId = readonly (string | number)[];

export function placeOf(namespace: string, tenantId: string, column: EncryptedColumn, rowId: RowId): string[] {
  if (rowId.length !== column.rowId.length) throw new Error(`A row of ${column.table} is known by ${column.rowId}`);
  return [tenantId, `${namespace}.${column.table}`, column.column, ...rowId.map(String)];
}

export const nameOf = ({ table, column }: EncryptedColumn): string => `${table}.${column}`;
