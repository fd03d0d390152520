/** The operations that clients send, as they stand in `schema/operations` and `schema/operations/partner`. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { root } from './subgraphs.ts';

/** `variables` is the text of `Name.variables.json` beside it. */
export type ClientOperation = Readonly<{ name: string; text: string; variables?: string | undefined }>;

export const operationsFolder = path.join(root, 'schema/operations');
export const partnerOperationsFolder = path.join(operationsFolder, 'partner');

export async function readOperations(folder: string): Promise<readonly ClientOperation[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const variables = await readFile(file.replace(/graphql$/, 'variables.json'), 'utf8').catch(() => undefined);
      return { name, text: await readFile(file, 'utf8'), variables };
    }),
  );
}
