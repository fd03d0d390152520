-- CreateTable
CREATE TABLE "eam"."known_stations" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "known_stations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "eam"."equipment" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "station_id" UUID NOT NULL,
    "registered_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "equipment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "eam"."shift_occurrences" (
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "shift_date" DATE NOT NULL,
    "shift" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shift_occurrences_pkey" PRIMARY KEY ("tenant_id","factory_id","shift_date","shift")
);

-- CreateTable
CREATE TABLE "eam"."shift_activities" (
    "tenant_id" TEXT NOT NULL,
    "activity_id" UUID NOT NULL,
    "shift_date" DATE NOT NULL,
    "shift" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "station_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "good_quantity" DECIMAL(18,4) NOT NULL DEFAULT 0,
    "scrap_quantity" DECIMAL(18,4) NOT NULL DEFAULT 0,
    "rework_quantity" DECIMAL(18,4) NOT NULL DEFAULT 0,
    "standard_run_seconds" DECIMAL(18,4),

    CONSTRAINT "shift_activities_pkey" PRIMARY KEY ("tenant_id","activity_id","shift_date","shift")
);

-- CreateIndex
CREATE UNIQUE INDEX "equipment_station_id_key" ON "eam"."equipment"("station_id");

-- CreateIndex
CREATE UNIQUE INDEX "equipment_tenant_id_factory_id_code_key" ON "eam"."equipment"("tenant_id", "factory_id", "code");

-- CreateIndex
CREATE INDEX "shift_activities_station_id_shift_date_idx" ON "eam"."shift_activities"("station_id", "shift_date");

-- AddForeignKey
ALTER TABLE "eam"."equipment" ADD CONSTRAINT "equipment_station_id_fkey" FOREIGN KEY ("station_id") REFERENCES "eam"."known_stations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

COMMENT ON TABLE "eam"."known_stations" IS 'Stations (owned by MES) as last heard of: what equipment may stand at.';
COMMENT ON TABLE "eam"."shift_occurrences" IS 'Shifts (owned by MES) with their bounds, as the events of the floor state them.';
COMMENT ON TABLE "eam"."shift_activities" IS 'What a report or time event (owned by MES) says about a station; one row for each shift that it touches.';

SELECT secure_table('"eam"."known_stations"');
SELECT secure_table('"eam"."equipment"');
SELECT secure_table('"eam"."shift_occurrences"');
SELECT secure_table('"eam"."shift_activities"');
