-- AlterTable
ALTER TABLE "mes"."factories" ADD COLUMN     "policies_version" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "mes"."routings" ADD COLUMN     "archived_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "mes"."routing_operations" ADD COLUMN     "after_sequences" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
ADD COLUMN     "batch_quantity" DECIMAL(18,4),
ADD COLUMN     "equipment_class" TEXT,
ADD COLUMN     "material_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "required_skills" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "run_seconds_per_batch" DECIMAL(18,4),
ADD COLUMN     "transfer_quantity" DECIMAL(18,4),
ADD COLUMN     "with_sequences" INTEGER[] DEFAULT ARRAY[]::INTEGER[];

-- AlterTable
ALTER TABLE "mes"."shift_patterns" ADD COLUMN     "cycle_length" INTEGER;

-- CreateTable
CREATE TABLE "mes"."calendar_exceptions" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "first_day" DATE NOT NULL,
    "last_day" DATE NOT NULL,
    "shifts" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "calendar_exceptions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "calendar_exceptions_tenant_id_factory_id_name_first_day_key" ON "mes"."calendar_exceptions"("tenant_id", "factory_id", "name", "first_day");

-- AlterTable
ALTER TABLE "mes"."production_lines" ADD COLUMN     "area_id" UUID;

-- AlterTable
ALTER TABLE "mes"."stations" ADD COLUMN     "equipment_class" TEXT,
ADD COLUMN     "retired_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "mes"."areas" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "areas_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."station_capacities" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "station_id" UUID NOT NULL,
    "shift" TEXT NOT NULL DEFAULT '',
    "valid_from" DATE NOT NULL,
    "jobs" INTEGER NOT NULL,
    "efficiency_percent" DECIMAL(18,4) NOT NULL DEFAULT 100,

    CONSTRAINT "station_capacities_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "areas_tenant_id_factory_id_code_key" ON "mes"."areas"("tenant_id", "factory_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "station_capacities_station_id_shift_valid_from_key" ON "mes"."station_capacities"("station_id", "shift", "valid_from");

-- CreateIndex
CREATE INDEX "production_lines_area_id_idx" ON "mes"."production_lines"("area_id");

-- AddForeignKey
ALTER TABLE "mes"."production_lines" ADD CONSTRAINT "production_lines_area_id_fkey" FOREIGN KEY ("area_id") REFERENCES "mes"."areas"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."station_capacities" ADD CONSTRAINT "station_capacities_station_id_fkey" FOREIGN KEY ("station_id") REFERENCES "mes"."stations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on by hand: what the models cannot say.

-- Operations ran one after the other until now. The owner sees rows of every tenant only while the policies spare him.
ALTER TABLE "mes"."routing_operations" NO FORCE ROW LEVEL SECURITY;
UPDATE "mes"."routing_operations" o
   SET after_sequences = ARRAY[p.sequence]
  FROM (SELECT routing_id, sequence, lead(sequence) OVER (PARTITION BY routing_id ORDER BY sequence) AS next
          FROM "mes"."routing_operations") p
 WHERE o.routing_id = p.routing_id AND o.sequence = p.next;
ALTER TABLE "mes"."routing_operations" FORCE ROW LEVEL SECURITY;

SELECT secure_table('mes.calendar_exceptions');
ALTER TABLE "mes"."calendar_exceptions"
  ADD CONSTRAINT "calendar_exceptions_kind_check" CHECK (kind IN ('HOLIDAY', 'EXTRA_SHIFT', 'CHANGED_SHIFTS'));

SELECT secure_table('mes.areas');
SELECT secure_table('mes.station_capacities');
