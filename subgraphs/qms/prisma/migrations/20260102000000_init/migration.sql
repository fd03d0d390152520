-- CreateTable
CREATE TABLE "qms"."inspection_plans" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "operation_name" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "trigger" TEXT NOT NULL CHECK ("trigger" IN ('EVERY_REPORT', 'EVERY_N_PIECES')),
    "every_pieces" DECIMAL(18,4) CHECK ("every_pieces" > 0),
    "defined_by" TEXT NOT NULL,
    "defined_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "inspection_plans_pkey" PRIMARY KEY ("id"),
    CHECK (("trigger" = 'EVERY_N_PIECES') = ("every_pieces" IS NOT NULL))
);

-- CreateTable
CREATE TABLE "qms"."inspections" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "type" TEXT NOT NULL CHECK ("type" IN ('IQC', 'IPQC', 'FQC')),
    "status" TEXT NOT NULL CHECK ("status" IN ('OPEN', 'COMPLETED')),
    "result" TEXT CHECK ("result" IN ('PASS', 'FAIL')),
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "operation_name" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "production_report_id" UUID NOT NULL,
    "sample_size" INTEGER,
    "defective_count" INTEGER,
    "note" TEXT,
    "inspector_id" TEXT,
    "completed_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "inspections_pkey" PRIMARY KEY ("id","created_at"),
    CHECK (("status" = 'COMPLETED') = ("result" IS NOT NULL)),
    CHECK ("defective_count" BETWEEN 0 AND "sample_size")
) PARTITION BY RANGE ("created_at");

-- CreateTable
CREATE TABLE "qms"."operation_tallies" (
    "tenant_id" TEXT NOT NULL,
    "operation_id" UUID NOT NULL,
    "factory_id" TEXT NOT NULL,
    "good_quantity" DECIMAL(18,4) NOT NULL,
    "inspection_count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "operation_tallies_pkey" PRIMARY KEY ("tenant_id","operation_id")
) WITH (fillfactor = 80);

-- CreateTable
CREATE TABLE "qms"."counted_reports" (
    "tenant_id" TEXT NOT NULL,
    "production_report_id" UUID NOT NULL,
    "factory_id" TEXT NOT NULL,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "counted_reports_pkey" PRIMARY KEY ("tenant_id","production_report_id")
);

-- CreateTable
CREATE TABLE "qms"."defects" (
    "id" UUID NOT NULL,
    "factory_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "report_id" UUID NOT NULL,
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "operation_name" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "defect_type" TEXT NOT NULL,
    "quantity" DECIMAL(18,4) NOT NULL,
    "disposition" TEXT NOT NULL CHECK ("disposition" IN ('SCRAP', 'REWORK')),
    "station_id" UUID,
    "shift_date" DATE NOT NULL,
    "shift" TEXT NOT NULL,
    "produced_by" TEXT NOT NULL,
    "report_time" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "defects_pkey" PRIMARY KEY ("factory_id","id")
) PARTITION BY LIST ("factory_id");

-- CreateIndex
CREATE UNIQUE INDEX "inspection_plans_tenant_id_factory_id_operation_name_produc_key" ON "qms"."inspection_plans"("tenant_id", "factory_id", "operation_name", "product_id");

-- CreateIndex
CREATE INDEX "inspections_tenant_id_work_order_id_created_at_id_idx" ON "qms"."inspections"("tenant_id", "work_order_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "inspections_tenant_id_factory_id_created_at_id_idx" ON "qms"."inspections"("tenant_id", "factory_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "inspections_tenant_id_status_created_at_id_idx" ON "qms"."inspections"("tenant_id", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "inspections_tenant_id_created_at_id_idx" ON "qms"."inspections"("tenant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "defects_tenant_id_factory_id_report_time_idx" ON "qms"."defects"("tenant_id", "factory_id", "report_time");

-- CreateIndex
CREATE UNIQUE INDEX "defects_factory_id_tenant_id_report_id_defect_type_disposit_key" ON "qms"."defects"("factory_id", "tenant_id", "report_id", "defect_type", "disposition");

-- From here on by hand: what a Prisma schema cannot say.

COMMENT ON COLUMN "qms"."inspection_plans"."operation_name" IS 'Empty: every operation of the plant.';
COMMENT ON COLUMN "qms"."inspection_plans"."product_id" IS 'Owned by the ERP. Empty: every product.';
COMMENT ON COLUMN "qms"."inspections"."created_at" IS 'Equals the instant in the id, so that a look-up by id opens one partition.';
COMMENT ON COLUMN "qms"."inspections"."work_order_id" IS 'Owned by MES.';
COMMENT ON COLUMN "qms"."inspections"."operation_id" IS 'Owned by MES.';
COMMENT ON COLUMN "qms"."inspections"."production_report_id" IS 'Owned by MES.';
COMMENT ON TABLE "qms"."operation_tallies" IS 'Good pieces per operation of an order (owned by MES), of the reports in counted_reports.';
COMMENT ON TABLE "qms"."counted_reports" IS 'A partitioned table cannot keep one inspection per report: this one does.';

SELECT secure_table('"qms"."inspection_plans"');
SELECT secure_table('"qms"."inspections"');
SELECT secure_table('"qms"."operation_tallies"');
SELECT secure_table('"qms"."counted_reports"');
SELECT secure_table('"qms"."defects"');

-- ATTACH lets readers and writers of the parent go on; CREATE TABLE … PARTITION OF would stop them.
-- A partition has no policy, so read by name it shows nothing to anybody.
CREATE FUNCTION make_partition(parent text, child text, bounds text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('partitions of qms.' || parent, 0));
  -- Not to_regclass: it may still remember from before the wait that there was no such table.
  IF NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'qms'::regnamespace AND relname = child) THEN
    EXECUTE format('CREATE TABLE qms.%I (LIKE qms.%I INCLUDING ALL)', child, parent);
    EXECUTE format('ALTER TABLE qms.%I ATTACH PARTITION qms.%I FOR VALUES %s', parent, child, bounds);
    EXECUTE format('ALTER TABLE qms.%I ENABLE ROW LEVEL SECURITY', child);
    EXECUTE format('ALTER TABLE qms.%I FORCE ROW LEVEL SECURITY', child);
    EXECUTE format('REVOKE ALL ON qms.%I FROM PUBLIC', child);
  END IF;
END $$;

REVOKE ALL ON FUNCTION make_partition(text, text, text) FROM PUBLIC;

-- The runtime role owns nothing; these two functions are all it can ask for, and they make nothing else.
CREATE FUNCTION ensure_inspection_quarters(first_instant timestamptz, last_instant timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = qms, pg_temp AS $$
DECLARE
  quarter timestamp := date_trunc('quarter', first_instant AT TIME ZONE 'UTC');
  last_quarter timestamp := date_trunc('quarter', last_instant AT TIME ZONE 'UTC');
  child text;
BEGIN
  IF quarter IS NULL OR last_quarter IS NULL OR last_quarter > quarter + interval '10 years'
     OR quarter < '2000-01-01' OR last_quarter > (now() AT TIME ZONE 'UTC') + interval '2 years' THEN
    RAISE EXCEPTION 'quarters may be made from 2000 to two years ahead and ten years at a time, not for % to %',
      first_instant, last_instant USING ERRCODE = '22023';
  END IF;
  WHILE quarter <= last_quarter LOOP
    child := 'inspections_p' || to_char(quarter, 'YYYY"q"Q');
    -- Usually it is there, and then nobody waits for the lock.
    IF to_regclass('qms.' || child) IS NULL THEN
      PERFORM make_partition('inspections', child, format('FROM (%L) TO (%L)',
        to_char(quarter, 'YYYY-MM-DD') || ' 00:00:00+00',
        to_char(quarter + interval '3 months', 'YYYY-MM-DD') || ' 00:00:00+00'));
    END IF;
    quarter := quarter + interval '3 months';
  END LOOP;
END $$;

COMMENT ON FUNCTION ensure_inspection_quarters(timestamptz, timestamptz) IS
  'Makes the missing partitions of inspections for the quarters (UTC) of a period; safe to call at any time.';

CREATE FUNCTION ensure_defect_partition(factory text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = qms, pg_temp AS $$
DECLARE
  -- Ids may differ in what a name cannot show; the hash keeps them apart.
  child text := 'defects_' || left(regexp_replace(lower(factory), '[^a-z0-9]+', '_', 'g'), 40) || '_' || left(md5(factory), 8);
BEGIN
  IF factory IS NULL OR NOT factory_visible(factory) THEN
    RAISE EXCEPTION 'no partition is made for a plant outside the connection''s own' USING ERRCODE = '42501';
  END IF;
  IF to_regclass(format('qms.%I', child)) IS NULL THEN
    PERFORM make_partition('defects', child, format('IN (%L)', factory));
  END IF;
END $$;

COMMENT ON FUNCTION ensure_defect_partition(text) IS
  'Makes the partition of defects for a plant that the connection may see; safe to call at any time.';

SELECT ensure_inspection_quarters(now(), now() + interval '1 year');
