-- CreateTable
CREATE TABLE "pp"."mrp_runs" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "product_id" TEXT NOT NULL,
    "bom_version" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mrp_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pp"."material_requirements" (
    "mrp_run_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "material_id" TEXT NOT NULL,
    "gross_quantity" DECIMAL(18,4) NOT NULL,
    "available_quantity" DECIMAL(18,4) NOT NULL,
    "net_quantity" DECIMAL(18,4) NOT NULL CHECK ("net_quantity" >= 0),
    "unit" TEXT NOT NULL,

    CONSTRAINT "material_requirements_pkey" PRIMARY KEY ("mrp_run_id","position")
);

-- CreateIndex
CREATE INDEX "mrp_runs_tenant_id_factory_id_id_idx" ON "pp"."mrp_runs"("tenant_id", "factory_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "mrp_runs_tenant_id_work_order_id_key" ON "pp"."mrp_runs"("tenant_id", "work_order_id");

-- CreateIndex
CREATE INDEX "material_requirements_tenant_id_material_id_idx" ON "pp"."material_requirements"("tenant_id", "material_id");

-- AddForeignKey
ALTER TABLE "pp"."material_requirements" ADD CONSTRAINT "material_requirements_mrp_run_id_fkey" FOREIGN KEY ("mrp_run_id") REFERENCES "pp"."mrp_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on by hand: what a Prisma schema cannot say.

COMMENT ON COLUMN "pp"."mrp_runs"."work_order_id" IS 'Owned by MES.';
COMMENT ON COLUMN "pp"."mrp_runs"."product_id" IS 'Owned by the ERP.';
COMMENT ON COLUMN "pp"."mrp_runs"."bom_version" IS 'Null when the ERP did not know the product.';
COMMENT ON COLUMN "pp"."material_requirements"."material_id" IS 'Owned by the ERP.';

SELECT secure_table('"pp"."mrp_runs"');
SELECT secure_table('"pp"."material_requirements"');
