-- AlterTable
ALTER TABLE "mes"."work_orders" ADD COLUMN     "bom_as_of" TIMESTAMPTZ(3),
ADD COLUMN     "bom_source" TEXT;

-- From here on by hand: what the models cannot say.

ALTER TABLE "mes"."work_orders" ADD CONSTRAINT "work_orders_bom_source_check" CHECK (bom_source IN ('ERP', 'CACHE'));
