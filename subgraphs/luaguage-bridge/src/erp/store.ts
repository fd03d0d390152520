import type { Db } from '../database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Kept } from './answers.ts';

export type AnswerKind = 'PRODUCT' | 'MATERIAL' | 'BOM' | 'PPAP';
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

/** Keys of answers older than an instant, the oldest first. */
export async function findOlder(
  db: Db,
  about: Readonly<{ tenantId: string; kind: AnswerKind; than: Date; atMost: number }>,
): Promise<string[]> {
  const rows = await db.erpAnswer.findMany({
    where: { tenantId: about.tenantId, kind: about.kind, asOf: { lt: about.than } },
    select: { key: true },
    orderBy: { asOf: 'asc' },
    take: about.atMost,
  });
  return rows.map(({ key }) => key);
}

/** The ERP says that there is no such thing any more. */
export async function dropAnswer(db: Db, { tenantId, kind, key }: Question): Promise<void> {
  await db.erpAnswer.deleteMany({ where: { tenantId, kind, key } });
}
