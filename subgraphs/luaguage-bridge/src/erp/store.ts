import { newId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type { Kept } from './answers.ts';
import { log } from './import-log-store.ts';

export type AnswerKind = 'PRODUCT' | 'MATERIAL' | 'BOM' | 'PPAP';
type Question = Readonly<{ tenantId: string; kind: AnswerKind; key: string }>;

/** The last good answer from before, whoever asked and whenever this process started. */
export async function lastAnswer(db: Db, question: Question): Promise<Kept<unknown> | null> {
  const row = await db.erpAnswer.findUnique({ where: { tenantId_kind_key: question } });
  return row && { value: row.answer, asOf: row.asOf };
}

/** Keeps it, and writes down what is new or different: in one statement, because somebody waits for the answer. */
export async function keepAnswer(db: Db, question: Question, { value, asOf }: Kept<object>): Promise<void> {
  const { tenantId, kind, key } = question;
  const answer = JSON.stringify(value);
  await db.$executeRaw`
    WITH before AS (
      SELECT answer FROM luaguage_bridge.erp_answers WHERE tenant_id = ${tenantId} AND kind = ${kind} AND key = ${key}
    ), kept AS (
      INSERT INTO luaguage_bridge.erp_answers (tenant_id, kind, key, answer, as_of)
      VALUES (${tenantId}, ${kind}, ${key}, ${answer}::jsonb, ${asOf})
      ON CONFLICT (tenant_id, kind, key)
      DO UPDATE SET answer = excluded.answer, as_of = excluded.as_of, attempts = 0, last_error = NULL
    )
    INSERT INTO luaguage_bridge.import_log (id, tenant_id, at, kind, external_id, outcome)
    SELECT ${newId()}::uuid, ${tenantId}, ${asOf}, ${kind}, ${key},
           CASE WHEN EXISTS (SELECT FROM before) THEN 'UPDATED' ELSE 'CREATED' END
     WHERE NOT EXISTS (SELECT FROM before WHERE answer = ${answer}::jsonb)`;
}

/** The first failure of an outage is written down, the others are counted. */
export async function answerFailed(db: Db, { tenantId, kind, key }: Question, error: string, at: Date): Promise<void> {
  const [failed] = await db.erpAnswer.updateManyAndReturn({
    where: { tenantId, kind, key },
    data: { attempts: { increment: 1 }, lastError: error },
  });
  if (failed?.attempts === 1) await log(db, tenantId, at, [{ kind, externalId: key, outcome: 'FAILED', error }]);
}

export type AnswerSync = Readonly<{
  state: 'SYNCED' | 'PENDING';
  lastAt: Date;
  lastError: string | null;
  attempts: number;
}>;

/** How the kept answer stands to the ERP; asking again is done by whoever needs it next. */
export async function findAnswerSync(db: Db, question: Question): Promise<AnswerSync | null> {
  const row = await db.erpAnswer.findUnique({ where: { tenantId_kind_key: question } });
  if (!row) return null;
  const { attempts, lastError, asOf: lastAt } = row;
  return { state: attempts === 0 ? 'SYNCED' : 'PENDING', lastAt, lastError, attempts };
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
