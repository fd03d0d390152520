-- AlterTable
ALTER TABLE "mes"."work_order_operations" ADD COLUMN     "carried_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
ADD COLUMN     "material_ids" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "mes"."work_order_operation_changes" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "changed_by" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "work_order_operation_changes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "work_order_operation_changes_work_order_id_version_key" ON "mes"."work_order_operation_changes"("work_order_id", "version");

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.work_order_operation_changes');

ALTER TABLE "mes"."work_order_operation_changes"
  ADD CONSTRAINT "work_order_operation_changes_kind_check" CHECK (kind IN ('ADDED', 'SKIPPED', 'REPEATED'));

COMMENT ON COLUMN "mes"."work_order_operations"."carried_quantity" IS
  'Good pieces that came with a back-order (positive) or left with one (negative); over a family of orders they sum to zero.';
