-- CreateTable
CREATE TABLE "mes"."failed_steps" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "step" TEXT NOT NULL,
    "work_order_id" UUID,
    "report_id" UUID,
    "state" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),
    "reason" TEXT,

    CONSTRAINT "failed_steps_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "failed_steps_tenant_id_report_id_idx" ON "mes"."failed_steps"("tenant_id", "report_id");

-- CreateIndex
CREATE INDEX "failed_steps_tenant_id_work_order_id_idx" ON "mes"."failed_steps"("tenant_id", "work_order_id");

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.failed_steps');

ALTER TABLE "mes"."failed_steps"
  ADD CONSTRAINT "failed_steps_state_check" CHECK (state IN ('FAILED', 'REPAIRED', 'DISCARDED')),
  ADD CONSTRAINT "failed_steps_settled_check" CHECK ((state = 'FAILED') = (settled_at IS NULL));
