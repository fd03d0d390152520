-- CreateTable
CREATE TABLE "luaguage_bridge"."erp_answers" (
    "tenant_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "answer" JSONB NOT NULL,
    "as_of" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "erp_answers_pkey" PRIMARY KEY ("tenant_id","kind","key")
);

COMMENT ON TABLE "luaguage_bridge"."erp_answers" IS 'The last good answer of the ERP to each question, served as known from before while the ERP is away.';

SELECT secure_table('"luaguage_bridge"."erp_answers"');
