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
