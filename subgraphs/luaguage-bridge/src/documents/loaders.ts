import { isId } from '@enghub/subgraph-kit/ids';
import DataLoader from 'dataloader';
import type { Db } from '../database.ts';
import { isSubject, type Kind, type Subject } from './rules.ts';
import { findDocuments, findOfSubjects, type Document } from './store.ts';

/** Documents of one thing, of all kinds when none is named. */
export type DocumentsOf = Readonly<{ subject: Subject; kinds: readonly Kind[] | null }>;

export type DocumentLoaders = Readonly<{
  document: DataLoader<string, Document | null>;
  documentsOf: DataLoader<DocumentsOf, readonly Document[], string>;
}>;

/** Under one thing; the list of documents has pages. */
const MOST = 100;

export const createDocumentLoaders = (db: Db): DocumentLoaders => ({
  document: new DataLoader(async (ids) => {
    const found = new Map((await findDocuments(db, ids.filter(isId))).map((it) => [it.id, it]));
    return ids.map((id) => found.get(id) ?? null);
  }),
  documentsOf: new DataLoader(
    async (keys) => {
      // One question for each field of a query, however many things have it.
      const groups = new Map<string, DocumentsOf[]>();
      for (const key of keys) {
        const group = JSON.stringify([key.subject.kind, key.kinds]);
        groups.set(group, [...(groups.get(group) ?? []), key]);
      }
      const answers = new Map<DocumentsOf, readonly Document[]>();
      for (const group of groups.values()) {
        const { subject, kinds } = group[0]!;
        const ids = group
          .map((it) => it.subject)
          .filter(isSubject)
          .map(({ id }) => id);
        const found = await findOfSubjects(db, { kind: subject.kind, ids }, kinds, MOST);
        for (const key of group) answers.set(key, found.get(key.subject.id) ?? []);
      }
      return keys.map((key) => answers.get(key) ?? []);
    },
    { cacheKeyFn: ({ subject, kinds }) => JSON.stringify([subject.kind, subject.id, kinds]) },
  ),
});
