-- CreateTable
CREATE TABLE "mes"."reports_awaiting_approval" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'AWAITING',
    "cause" TEXT NOT NULL,
    "report" JSONB NOT NULL,
    "correction_of" UUID,
    "reported_by" TEXT NOT NULL,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reports_awaiting_approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."report_conflicts" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "work_order_id" UUID,
    "operation_id" UUID,
    "station_id" UUID,
    "report_id" UUID,
    "request_id" TEXT,
    "user_id" TEXT NOT NULL,
    "limit" DECIMAL(28,4),
    "actual" DECIMAL(28,4),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "report_conflicts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."counter_readings" (
    "operation_id" UUID NOT NULL,
    "station_id" UUID NOT NULL,
    "counter_id" TEXT NOT NULL DEFAULT '',
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "reading" DECIMAL(18,4) NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "counter_readings_pkey" PRIMARY KEY ("operation_id","station_id","counter_id")
);

-- CreateIndex
CREATE INDEX "reports_awaiting_approval_work_order_id_status_idx" ON "mes"."reports_awaiting_approval"("work_order_id", "status");

-- CreateIndex
CREATE INDEX "reports_awaiting_approval_tenant_id_factory_id_status_creat_idx" ON "mes"."reports_awaiting_approval"("tenant_id", "factory_id", "status", "created_at", "id");

-- CreateIndex
CREATE INDEX "report_conflicts_tenant_id_factory_id_created_at_id_idx" ON "mes"."report_conflicts"("tenant_id", "factory_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "report_conflicts_work_order_id_created_at_id_idx" ON "mes"."report_conflicts"("work_order_id", "created_at", "id");

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.reports_awaiting_approval');
SELECT secure_table('mes.report_conflicts');
SELECT secure_table('mes.counter_readings');

ALTER TABLE "mes"."reports_awaiting_approval"
  ADD CONSTRAINT "reports_awaiting_approval_status_check" CHECK (status IN ('AWAITING', 'APPROVED', 'DECLINED')),
  ADD CONSTRAINT "reports_awaiting_approval_cause_check" CHECK (cause IN ('POLICY', 'OVER_LIMIT'));
ALTER TABLE "mes"."report_conflicts"
  ADD CONSTRAINT "report_conflicts_kind_check" CHECK (kind IN
    ('OVER_LIMIT', 'MORE_THAN_PREDECESSOR', 'SUCCESSOR_USED_MORE', 'OVERLAPPING_TIME', 'OVER_CAPACITY', 'DUPLICATE_REQUEST',
     'STALE_VERSION', 'ORDER_STATE', 'READING_OUT_OF_ORDER')),
  ADD CONSTRAINT "report_conflicts_outcome_check" CHECK (outcome IN ('REFUSED', 'WARNED', 'SENT_TO_APPROVAL'));
