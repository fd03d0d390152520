-- CreateTable
CREATE TABLE "mes"."completion_reports" (
    "work_order_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL,
    "figures" JSONB NOT NULL,

    CONSTRAINT "completion_reports_pkey" PRIMARY KEY ("work_order_id","version")
);

-- CreateTable
CREATE TABLE "mes"."finished_goods_receipts" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "product_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "lot_id" UUID,
    "quantity" DECIMAL(18,4) NOT NULL,
    "unit" TEXT NOT NULL,
    "location_id" UUID,
    "movement_id" UUID,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "finished_goods_receipts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "finished_goods_receipts_work_order_id_idx" ON "mes"."finished_goods_receipts"("work_order_id");

-- CreateIndex
CREATE INDEX "finished_goods_receipts_tenant_id_factory_id_state_created__idx" ON "mes"."finished_goods_receipts"("tenant_id", "factory_id", "state", "created_at", "id");

-- CreateIndex
CREATE INDEX "finished_goods_receipts_tenant_id_product_id_decided_at_idx" ON "mes"."finished_goods_receipts"("tenant_id", "product_id", "decided_at");

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.completion_reports');
SELECT secure_table('mes.finished_goods_receipts');

ALTER TABLE "mes"."finished_goods_receipts"
  ADD CONSTRAINT "finished_goods_receipts_state_check" CHECK (state IN ('SUGGESTED', 'ACCEPTED', 'DECLINED', 'WITHDRAWN')),
  ADD CONSTRAINT "finished_goods_receipts_quantity_check" CHECK (quantity > 0),
  ADD CONSTRAINT "finished_goods_receipts_decision_check" CHECK
    ((state = 'ACCEPTED') = (movement_id IS NOT NULL) AND (state IN ('ACCEPTED', 'DECLINED')) = (decided_by IS NOT NULL));

-- CreateTable
CREATE TABLE "mes"."cost_rates" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "currency" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "rates" JSONB NOT NULL,
    "defined_by" TEXT NOT NULL,
    "defined_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cost_rates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."work_order_costs" (
    "work_order_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL,
    "cost" JSONB NOT NULL,

    CONSTRAINT "work_order_costs_pkey" PRIMARY KEY ("work_order_id","version")
);

-- CreateIndex
CREATE INDEX "cost_rates_tenant_id_factory_id_valid_from_defined_at_idx" ON "mes"."cost_rates"("tenant_id", "factory_id", "valid_from", "defined_at");

SELECT secure_table('mes.cost_rates');
SELECT secure_table('mes.work_order_costs');

ALTER TABLE "mes"."cost_rates" ADD CONSTRAINT "cost_rates_currency_check" CHECK (currency ~ '^[A-Z]{3}$');
