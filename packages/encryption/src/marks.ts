/** Which columns a database takes only encrypted values in: the other side of what a subgraph declares. */
import type pg from 'pg';
import { nameOf, type EncryptedColumn } from './encrypted-columns.ts';

export type Mark = EncryptedColumn & Readonly<{ constraint: string; hasPlaintext: boolean }>;

export async function marksOf(client: pg.ClientBase, namespace: string): Promise<Mark[]> {
  const { rows } = await client.query<Mark>(marksSql, [namespace]);
  return rows;
}

/** A column that one side has forgotten would be written in plaintext, or not be written at all. */
export function refuseDisagreement(marks: readonly Mark[], columns: readonly EncryptedColumn[], namespace: string) {
  const marked = new Map(marks.map((mark) => [nameOf(mark), mark]));
  for (const column of columns) {
    const { table, rowId } = column;
    const mark = marked.get(nameOf(column));
    if (!mark) {
      const call = `SELECT encrypted_column('${namespace}.${table}', '${column.column}');`;
      throw new Error(`${nameOf(column)} of ${namespace} is declared as encrypted. Add to the migration: ${call}`);
    }
    if (mark.rowId.join() !== rowId.join()) {
      throw new Error(`A row of ${namespace}.${table} is known by ${mark.rowId}, not by ${rowId}`);
    }
    marked.delete(nameOf(column));
  }
  const [forgotten] = marked.keys();
  if (forgotten) throw new Error(`${forgotten} of ${namespace} is encrypted but not declared in its encrypted columns`);
}

const marksSql = `
  SELECT t.relname AS "table", a.attname AS "column", c.conname AS constraint, NOT c.convalidated AS "hasPlaintext",
         ARRAY(SELECT k.attname::text
                 FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS part(attnum, at)
                 JOIN pg_attribute k ON k.attnum = part.attnum
                WHERE i.indrelid = t.oid AND i.indisprimary AND k.attrelid = t.oid ORDER BY part.at) AS "rowId"
    FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
   WHERE n.nspname = $1 AND c.contype = 'c' AND c.conname = a.attname || '_is_encrypted' AND NOT t.relispartition
   ORDER BY 1, 2`;
