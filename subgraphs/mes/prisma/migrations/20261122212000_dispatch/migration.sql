-- AlterTable
ALTER TABLE "mes"."work_order_operations" ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "mes"."jobs" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "station_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "operator_id" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "recorded_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."job_voids" (
    "job_id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "voided_by" TEXT NOT NULL,
    "voided_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "job_voids_pkey" PRIMARY KEY ("job_id")
);

-- CreateIndex
CREATE INDEX "jobs_work_order_id_idx" ON "mes"."jobs"("work_order_id");

-- CreateIndex
CREATE INDEX "jobs_operation_id_idx" ON "mes"."jobs"("operation_id");

-- CreateIndex
CREATE INDEX "jobs_tenant_id_factory_id_operator_id_started_at_idx" ON "mes"."jobs"("tenant_id", "factory_id", "operator_id", "started_at");

-- CreateIndex
CREATE INDEX "jobs_station_id_ended_at_idx" ON "mes"."jobs"("station_id", "ended_at");

-- AddForeignKey
ALTER TABLE "mes"."job_voids" ADD CONSTRAINT "job_voids_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "mes"."jobs"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.jobs');
SELECT secure_table('mes.job_voids');

ALTER TABLE "mes"."jobs"
  ADD CONSTRAINT "jobs_kind_check" CHECK (kind IN ('LABOUR', 'SETUP', 'MACHINE')),
  -- A machine works by itself; whoever works at it has a job of their own.
  ADD CONSTRAINT "jobs_operator_check" CHECK ((kind = 'MACHINE') = (operator_id IS NULL)),
  ADD CONSTRAINT "jobs_interval_check" CHECK (ended_at >= started_at);

-- What is left to do at a station or for a class of stations; what is finished is not looked at.
CREATE INDEX "work_order_operations_dispatch" ON "mes"."work_order_operations" ("station_id", "planned_start_at")
  WHERE status IN ('PENDING', 'IN_PROGRESS', 'PAUSED');
CREATE INDEX "work_order_operations_dispatch_class" ON "mes"."work_order_operations" ("tenant_id", "factory_id", "equipment_class")
  WHERE station_id IS NULL AND status IN ('PENDING', 'IN_PROGRESS', 'PAUSED');
