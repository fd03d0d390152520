-- DropIndex
DROP INDEX "mes"."work_order_operations_station_id_idx";

-- AlterTable
ALTER TABLE "mes"."factories" ADD COLUMN     "policies" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "mes"."production_reports" ADD COLUMN     "correction_of" UUID,
ADD COLUMN     "correction_reason" TEXT,
ADD COLUMN     "counter_from" DECIMAL(18,4),
ADD COLUMN     "counter_to" DECIMAL(18,4),
ADD COLUMN     "sent_back_quantity" DECIMAL(18,4) NOT NULL DEFAULT 0,
ADD COLUMN     "sent_back_to" UUID,
ADD COLUMN     "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "mes"."work_order_operations" ADD COLUMN     "after_ids" UUID[] DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "batch_quantity" DECIMAL(18,4),
ADD COLUMN     "equipment_class" TEXT,
ADD COLUMN     "finished_at" TIMESTAMPTZ(3),
ADD COLUMN     "overproduction_mode" TEXT NOT NULL DEFAULT 'BLOCK',
ADD COLUMN     "planned_end_at" TIMESTAMPTZ(3),
ADD COLUMN     "planned_start_at" TIMESTAMPTZ(3),
ADD COLUMN     "predecessor_mode" TEXT NOT NULL DEFAULT 'WARN',
ADD COLUMN     "required_skills" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "returned_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
ADD COLUMN     "run_seconds_per_batch" DECIMAL(18,4),
ADD COLUMN     "sent_back_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
ADD COLUMN     "started_at" TIMESTAMPTZ(3),
ADD COLUMN     "status" TEXT NOT NULL DEFAULT 'PENDING',
ADD COLUMN     "transfer_quantity" DECIMAL(18,4),
ADD COLUMN     "with_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "mes"."work_orders" ADD COLUMN     "close_note" TEXT,
ADD COLUMN     "closed_at" TIMESTAMPTZ(3),
ADD COLUMN     "external_id" TEXT,
ADD COLUMN     "loss_quantity" DECIMAL(18,4) NOT NULL DEFAULT 0,
ADD COLUMN     "output_lot_id" UUID,
ADD COLUMN     "parent_id" UUID,
ADD COLUMN     "parent_relation" TEXT,
ADD COLUMN     "policies" JSONB,
ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 5,
ADD COLUMN     "sales_order_id" TEXT,
ADD COLUMN     "sales_order_line" TEXT,
ADD COLUMN     "type" TEXT NOT NULL DEFAULT 'PRODUCTION';

-- CreateTable
CREATE TABLE "mes"."lots" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "material_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'LOT',
    "status" TEXT NOT NULL DEFAULT 'AVAILABLE',
    "status_reason" TEXT,
    "unit" TEXT NOT NULL,
    "expires_on" DATE,
    "supplier_id" TEXT,
    "supplier_lot" TEXT,
    "gtin" TEXT,
    "work_order_id" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."lot_edges" (
    "input_lot_id" UUID NOT NULL,
    "output_lot_id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lot_edges_pkey" PRIMARY KEY ("input_lot_id","output_lot_id")
);

-- CreateTable
CREATE TABLE "mes"."work_order_materials" (
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "material_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "quantity_per_piece" DECIMAL(18,4) NOT NULL,
    "unit" TEXT NOT NULL,

    CONSTRAINT "work_order_materials_pkey" PRIMARY KEY ("work_order_id","operation_id","material_id")
);

-- CreateIndex
CREATE INDEX "lots_tenant_id_number_idx" ON "mes"."lots"("tenant_id", "number");

-- CreateIndex
CREATE INDEX "lots_tenant_id_supplier_id_idx" ON "mes"."lots"("tenant_id", "supplier_id");

-- CreateIndex
CREATE INDEX "lots_work_order_id_idx" ON "mes"."lots"("work_order_id");

-- CreateIndex
CREATE UNIQUE INDEX "lots_tenant_id_factory_id_material_id_number_key" ON "mes"."lots"("tenant_id", "factory_id", "material_id", "number");

-- CreateIndex
CREATE INDEX "lot_edges_output_lot_id_idx" ON "mes"."lot_edges"("output_lot_id");

-- CreateIndex
CREATE INDEX "work_order_materials_operation_id_idx" ON "mes"."work_order_materials"("operation_id");

-- CreateIndex
CREATE INDEX "work_order_materials_tenant_id_material_id_idx" ON "mes"."work_order_materials"("tenant_id", "material_id");

-- CreateIndex
CREATE INDEX "production_reports_station_id_report_time_idx" ON "mes"."production_reports"("station_id", "report_time");

-- CreateIndex
CREATE INDEX "production_reports_correction_of_idx" ON "mes"."production_reports"("correction_of");

-- CreateIndex
CREATE INDEX "work_order_operations_station_id_planned_start_at_idx" ON "mes"."work_order_operations"("station_id", "planned_start_at");

-- CreateIndex
CREATE INDEX "work_orders_tenant_id_sales_order_id_idx" ON "mes"."work_orders"("tenant_id", "sales_order_id");

-- CreateIndex
CREATE INDEX "work_orders_parent_id_idx" ON "mes"."work_orders"("parent_id");

-- CreateIndex
CREATE UNIQUE INDEX "work_orders_tenant_id_factory_id_external_id_key" ON "mes"."work_orders"("tenant_id", "factory_id", "external_id");

-- AddForeignKey
ALTER TABLE "mes"."work_orders" ADD CONSTRAINT "work_orders_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "mes"."work_orders"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."work_order_materials" ADD CONSTRAINT "work_order_materials_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "mes"."work_orders"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.lots');
SELECT secure_table('mes.lot_edges');
SELECT secure_table('mes.work_order_materials');

ALTER TABLE "mes"."work_orders"
  ADD CONSTRAINT "work_orders_status_check" CHECK (status IN
    ('DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD', 'COMPLETED', 'CLOSED', 'CANCELLED')),
  ADD CONSTRAINT "work_orders_type_check" CHECK (type IN ('PRODUCTION', 'REWORK')),
  ADD CONSTRAINT "work_orders_parent_relation_check" CHECK
    ((parent_id IS NULL) = (parent_relation IS NULL) AND parent_relation IN ('SPLIT', 'BACK_ORDER', 'REWORK'));
ALTER TABLE "mes"."work_order_operations"
  ADD CONSTRAINT "work_order_operations_status_check" CHECK (status IN
    ('PENDING', 'IN_PROGRESS', 'PAUSED', 'FINISHED', 'SKIPPED')),
  ADD CONSTRAINT "work_order_operations_modes_check" CHECK
    (overproduction_mode IN ('BLOCK', 'WARN', 'APPROVE') AND predecessor_mode IN ('BLOCK', 'WARN', 'ALLOW'));
ALTER TABLE "mes"."lots"
  ADD CONSTRAINT "lots_kind_check" CHECK (kind IN ('LOT', 'SERIAL')),
  ADD CONSTRAINT "lots_status_check" CHECK (status IN ('AVAILABLE', 'QUARANTINE', 'BLOCKED', 'REJECTED', 'SCRAPPED'));
