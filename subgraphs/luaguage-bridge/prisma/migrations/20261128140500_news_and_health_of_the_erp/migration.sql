-- AlterTable
ALTER TABLE "luaguage_bridge"."erp_answers" ADD COLUMN     "next_check_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "luaguage_bridge"."erp_news" (
    "tenant_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "heard_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "erp_news_pkey" PRIMARY KEY ("tenant_id","kind","key")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."erp_interfaces" (
    "tenant_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "circuit" TEXT NOT NULL,
    "failing_since" TIMESTAMPTZ(3),
    "last_success_at" TIMESTAMPTZ(3),
    "last_failure_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "erp_interfaces_pkey" PRIMARY KEY ("tenant_id","name")
);

-- CreateIndex
CREATE INDEX "erp_answers_tenant_id_kind_next_check_at_idx" ON "luaguage_bridge"."erp_answers"("tenant_id", "kind", "next_check_at");

-- From here on by hand: what the models cannot say.

-- Part approvals are asked for again before two hours are over, each at a moment of its own.
UPDATE "luaguage_bridge"."erp_answers"
   SET next_check_at = as_of + interval '90 minutes' + random() * interval '20 minutes'
 WHERE kind = 'PPAP';

ALTER TABLE "luaguage_bridge"."erp_interfaces"
  ADD CONSTRAINT "erp_interfaces_circuit_check" CHECK (circuit IN ('CLOSED', 'OPEN', 'HALF_OPEN'));

COMMENT ON TABLE "luaguage_bridge"."erp_news" IS 'What the ERP said is other than it was, and when we heard: what was known before is outdated.';
COMMENT ON TABLE "luaguage_bridge"."erp_interfaces" IS 'How each interface of the ERP has been doing, as all bridges together know it.';

SELECT secure_table('"luaguage_bridge"."erp_news"');
SELECT secure_table('"luaguage_bridge"."erp_interfaces"');

-- Written by the scheduler, and the same for everybody: there is nothing of any tenant in it.
CREATE POLICY everybody ON "luaguage_bridge"."erp_interfaces" FOR SELECT
  USING ((SELECT current_tenant()) IS NOT NULL);
