import { newId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type { Kept } from './answers.ts';
import { log } from './import-log-store.ts';

export type AnswerKind = 'PRODUCT' | 'MATERIAL' | 'BOM' | 'PPAP';
/** Of users there is news, but their permissions are never kept. */
export type NewsKind = AnswerKind | 'USER';
export type Question = Readonly<{ tenantId: string; kind: AnswerKind; key: string }>;

/** The last good answer from before, whoever asked and whenever this process started. */
export async function lastAnswer(db: Db, question: Question): Promise<Kept<unknown> | null> {
  const row = await db.erpAnswer.findUnique({ where: { tenantId_kind_key: question } });
  return row && row.answer !== null ? { value: row.answer, asOf: row.asOf } : null;
}

/**
 * Keeps it unless a newer one is kept, and writes down what is new or different: in one statement, because somebody
 * waits for the answer. True when it is other than what was known, or the first after news: then the plant is told.
 */
export async function keepAnswer(
  db: Db,
  question: Question,
  { value, asOf }: Kept<object | null>,
  nextCheckAt: Date | null,
): Promise<boolean> {
  const { tenantId, kind, key } = question;
  const answer = JSON.stringify(value);
  // Compared as jsonb: the order of its keys is no difference. What nobody knew and nobody told of is not kept as missing.
  const [outcome] = await db.$queryRaw<{ isChange: boolean }[]>`
    WITH before AS (
      SELECT answer FROM luaguage_bridge.erp_answers
       WHERE tenant_id = ${tenantId} AND kind = ${kind} AND key = ${key} FOR UPDATE
    ), news AS (
      SELECT FROM luaguage_bridge.erp_news WHERE tenant_id = ${tenantId} AND kind = ${kind} AND key = ${key}
    ), kept AS (
      INSERT INTO luaguage_bridge.erp_answers AS known (tenant_id, kind, key, answer, as_of, next_check_at)
      SELECT ${tenantId}, ${kind}, ${key}, ${answer}::jsonb, ${asOf}, ${nextCheckAt}
       WHERE ${value !== null} OR EXISTS (SELECT FROM before) OR EXISTS (SELECT FROM news)
      ON CONFLICT (tenant_id, kind, key)
      DO UPDATE SET answer = excluded.answer, as_of = excluded.as_of, attempts = 0, last_error = NULL,
                    next_check_at = excluded.next_check_at
        WHERE known.as_of <= excluded.as_of
      RETURNING 1
    ), changed AS (
      SELECT FROM kept WHERE NOT EXISTS (SELECT FROM before WHERE answer = ${answer}::jsonb)
    ), logged AS (
      INSERT INTO luaguage_bridge.import_log (id, tenant_id, at, kind, external_id, outcome)
      SELECT ${newId()}::uuid, ${tenantId}, ${asOf}, ${kind}, ${key},
             CASE WHEN EXISTS (SELECT FROM before) THEN 'UPDATED' ELSE 'CREATED' END
        FROM changed
    )
    SELECT EXISTS (SELECT FROM changed) AND (EXISTS (SELECT FROM before) OR EXISTS (SELECT FROM news)) AS "isChange"`;
  return outcome!.isChange;
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
