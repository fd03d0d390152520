-- CreateTable
CREATE TABLE "luaguage_bridge"."erp_tenants" (
    "tenant_id" TEXT NOT NULL,
    "sales_order_cursor" TEXT,
    "pulled_at" TIMESTAMPTZ(3),
    "next_pull_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,

    CONSTRAINT "erp_tenants_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."sales_orders" (
    "tenant_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "customer" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "lines" JSONB NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "sync_state" TEXT NOT NULL DEFAULT 'SYNCED',
    "synced_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,

    CONSTRAINT "sales_orders_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."order_feedbacks" (
    "tenant_id" TEXT NOT NULL,
    "work_order_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "heard_at" TIMESTAMPTZ(3) NOT NULL,
    "work_order_number" TEXT NOT NULL,
    "status" TEXT,
    "confirmed_quantity" DECIMAL(18,4),
    "posted_quantity" DECIMAL(18,4),
    "posted_revision" INTEGER NOT NULL DEFAULT 0,
    "sync_state" TEXT NOT NULL DEFAULT 'PENDING',
    "last_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,

    CONSTRAINT "order_feedbacks_pkey" PRIMARY KEY ("tenant_id","work_order_id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."import_log" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "external_id" TEXT,
    "outcome" TEXT NOT NULL,
    "error" TEXT,

    CONSTRAINT "import_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sales_orders_tenant_id_changed_at_id_idx" ON "luaguage_bridge"."sales_orders"("tenant_id", "changed_at" DESC, "id");

-- CreateIndex
CREATE INDEX "order_feedbacks_tenant_id_next_attempt_at_idx" ON "luaguage_bridge"."order_feedbacks"("tenant_id", "next_attempt_at");

-- CreateIndex
CREATE INDEX "import_log_tenant_id_id_idx" ON "luaguage_bridge"."import_log"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "import_log_tenant_id_kind_external_id_idx" ON "luaguage_bridge"."import_log"("tenant_id", "kind", "external_id");

ALTER TABLE "luaguage_bridge"."order_feedbacks" ADD CONSTRAINT "order_feedbacks_state"
  CHECK (sync_state IN ('PENDING', 'SYNCED', 'FAILED'));
ALTER TABLE "luaguage_bridge"."sales_orders" ADD CONSTRAINT "sales_orders_state"
  CHECK (sync_state IN ('SYNCED', 'FAILED'));

COMMENT ON TABLE "luaguage_bridge"."erp_tenants" IS 'For whom the bridge pulls and sends by itself, and how far the pull of sales orders came.';
COMMENT ON TABLE "luaguage_bridge"."sales_orders" IS 'Sales orders as the ERP last told them.';
COMMENT ON TABLE "luaguage_bridge"."order_feedbacks" IS 'What the ERP is to know of each work order, and what it confirmed; kept until it did.';
COMMENT ON TABLE "luaguage_bridge"."import_log" IS 'Each record that came from the ERP or went there, with what became of it.';

SELECT secure_table('"luaguage_bridge"."erp_tenants"');
SELECT secure_table('"luaguage_bridge"."sales_orders"');
SELECT secure_table('"luaguage_bridge"."order_feedbacks"');
SELECT secure_table('"luaguage_bridge"."import_log"');
SELECT append_only('luaguage_bridge.import_log');

-- The scheduler must know for whom it works before it can work for them; of no other table does it see a row.
CREATE POLICY scheduler ON "luaguage_bridge"."erp_tenants" FOR SELECT
  USING ((SELECT current_tenant()) = 'system:scheduler');
