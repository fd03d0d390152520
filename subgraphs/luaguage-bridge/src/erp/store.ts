import type { Db } from '../database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Kept } from './answers.ts';

export type AnswerKind = 'PRODUCT' | 'MATERIAL' | 'BOM';
type Question = Readonly<{ tenantId: string; kind: AnswerKind; key: string }>;

/** The last good answer from before, whoever asked and whenever this process started. */
export async function lastAnswer(db: Db, question: Question): Promise<Kept<unknown> | null> {
  const row = await db.erpAnswer.findUnique({ where: { tenantId_kind_key: question } });
  return row && { value: row.answer, asOf: row.asOf };
}

export async function keepAnswer(db: Db, question: Question, { value, asOf }: Kept<object>): Promise<void> {
  const answer = value as Prisma.InputJsonObject;
  await db.erpAnswer.upsert({
    where: { tenantId_kind_key: question },
    create: { ...question, answer, asOf },
    update: { answer, asOf },
  });
}

/** The ERP says that there is no such thing any more. */
export async function dropAnswer(db: Db, { tenantId, kind, key }: Question): Promise<void> {
  await db.erpAnswer.deleteMany({ where: { tenantId, kind, key } });
}
