import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { DocumentKind, DocumentRefusalCode, Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { decidePpap, submitPpap, type PpapOutcome } from './ppap-commands.ts';
import { messages } from './messages.ts';
import type { SubjectKind } from './rules.ts';
import type { Document } from './store.ts';

type Asked = Readonly<{ kinds?: readonly DocumentKind[] | null }>;

/** The documents of whatever has an id and can be linked to. */
const documentsOf =
  (kind: SubjectKind) =>
  ({ id }: Readonly<{ id: string }>, { kinds = null }: Asked, { loaders }: Context): Promise<readonly Document[]> =>
    loaders.documentsOf.load({ subject: { kind, id }, kinds });

export const resolvers: Resolvers = {
  Query: {
    document: (_, { id }, { loaders }) => loaders.document.load(id),
    documents: (_, args, context) => commands.listDocuments(args, context),
  },

  Mutation: {
    requestDocumentUpload: async (_, { input }, context) =>
      announced(await commands.requestUpload(input, context), context),
    requestDocumentVersionUpload: async (_, { input }, context) =>
      announced(await commands.requestVersionUpload(input, context), context),
    linkDocument: async (_, { input }, context) => changed(await commands.link(input, context), context),
    unlinkDocument: async (_, { input }, context) => changed(await commands.unlink(input, context), context),
    submitPpap: async (_, { input }, context) => changed(await submitPpap(input, context), context),
    decidePpap: async (_, { input }, context) => changed(await decidePpap(input, context), context),
    archiveDocument: async (_, { input }, context) => changed(await commands.archive(input, context), context),
  },

  Document: {
    __resolveReference: ({ id }, { loaders }) => loaders.document.load(id),
    currentVersion: ({ versions }) => versions[0]!,
  },
  DocumentVersion: {
    uploadedAt: ({ storedAt }) => storedAt!,
    downloadUrl: (version, _args, context) => commands.downloadUrlOf(version, context),
  },

  Product: { documents: documentsOf('PRODUCT') },
  Material: { documents: documentsOf('MATERIAL') },
  WorkOrder: { documents: documentsOf('WORK_ORDER') },
  Inspection: { __resolveReference: (reference) => reference, documents: documentsOf('INSPECTION') },
  Equipment: { __resolveReference: (reference) => reference, documents: documentsOf('EQUIPMENT') },
};

function announced(outcome: commands.UploadOutcome, context: Context) {
  if (!outcome.ok) return refusal(outcome.refusal, context);
  const { place, version, document, replayed } = outcome.state;
  const upload = commands.uploadOf(version, context);
  return { __typename: 'RequestDocumentUploadPayload' as const, ...place, upload, document, replayed };
}

const changed = (outcome: commands.ChangeOutcome | PpapOutcome, context: Context) =>
  outcome.ok
    ? { __typename: 'ChangeDocumentPayload' as const, document: outcome.state }
    : refusal(outcome.refusal, context);

const refusal = (code: DocumentRefusalCode, { claims: { language }, documents: { maxBytes } }: Context) => ({
  __typename: 'DocumentRefusal' as const,
  ...refusalIn(language, messages, code, { most: maxBytes.toLocaleString('en-US') }),
});
