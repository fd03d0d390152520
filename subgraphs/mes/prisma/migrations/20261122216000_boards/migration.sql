-- CreateTable
CREATE TABLE "mes"."shift_targets" (
    "place_id" UUID NOT NULL,
    "shift_date" DATE NOT NULL,
    "shift" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "quantity" DECIMAL(18,4) NOT NULL,
    "set_by" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shift_targets_pkey" PRIMARY KEY ("place_id","shift_date","shift")
);

-- CreateTable
CREATE TABLE "mes"."hand_over_notes" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "place_id" UUID NOT NULL,
    "shift_date" DATE NOT NULL,
    "shift" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "written_by" TEXT NOT NULL,
    "written_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "hand_over_notes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."daily_production" (
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "station_id" UUID NOT NULL,
    "product_id" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "line_id" UUID,
    "good_quantity" DECIMAL(28,4) NOT NULL,
    "scrap_quantity" DECIMAL(28,4) NOT NULL,
    "rework_quantity" DECIMAL(28,4) NOT NULL,
    "report_count" INTEGER NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "daily_production_pkey" PRIMARY KEY ("tenant_id","factory_id","day","station_id","product_id","unit")
);

-- CreateTable
CREATE TABLE "mes"."daily_production_marks" (
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "station_id" UUID NOT NULL,
    "product_id" TEXT NOT NULL,
    "unit" TEXT NOT NULL,

    CONSTRAINT "daily_production_marks_pkey" PRIMARY KEY ("tenant_id","factory_id","day","station_id","product_id","unit")
);

-- CreateIndex
CREATE INDEX "hand_over_notes_place_id_shift_date_shift_idx" ON "mes"."hand_over_notes"("place_id", "shift_date", "shift");

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.shift_targets');
SELECT secure_table('mes.hand_over_notes');
SELECT secure_table('mes.daily_production');
SELECT secure_table('mes.daily_production_marks');

ALTER TABLE "mes"."shift_targets" ADD CONSTRAINT "shift_targets_quantity_check" CHECK (quantity > 0);
ALTER TABLE "mes"."hand_over_notes" ADD CONSTRAINT "hand_over_notes_place_check" CHECK (place IN ('STATION', 'LINE'));

CREATE FUNCTION "mes"."refuse_rewriting"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER "hand_over_notes_append_only" BEFORE UPDATE OR DELETE ON "mes"."hand_over_notes"
  FOR EACH ROW EXECUTE FUNCTION "mes"."refuse_rewriting"();

-- The mark goes before the rows are read: a report that commits in between finds no mark and sets a new one.
CREATE FUNCTION "mes"."recompute_daily_production"(
  of_factory text, of_day date, of_station uuid, of_product text, of_unit text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  nowhere CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  sums record;
BEGIN
  PERFORM pg_advisory_xact_lock(mes.daily_production_lock(of_factory, of_day, of_station, of_product, of_unit));
  DELETE FROM mes.daily_production_marks
   WHERE tenant_id = mes.current_tenant() AND factory_id = of_factory AND day = of_day AND station_id = of_station
     AND product_id = of_product AND unit = of_unit;

  -- A shift lies within two days of its date in any zone: no other partitions. A null needs a condition of its own for the index.
  -- Summed up first, so that each order is looked up once, and by its key.
  IF of_station = nowhere THEN
    WITH made AS MATERIALIZED (
      SELECT r.work_order_id, r.operation_id, count(*) AS rows, sum(r.good_quantity) AS good, sum(r.scrap_quantity) AS scrap,
             sum(r.rework_quantity) AS rework, count(*) FILTER (WHERE r.correction_of IS NULL) AS reports
        FROM mes.production_reports r
       WHERE r.station_id IS NULL AND r.shift_date = of_day
         AND r.report_time >= of_day - interval '2 days' AND r.report_time < of_day + interval '4 days'
         AND r.factory_id = of_factory
       GROUP BY r.work_order_id, r.operation_id
    )
    SELECT coalesce(sum(m.rows), 0) AS rows, coalesce(sum(m.good) FILTER (WHERE o.is_last), 0) AS good,
           coalesce(sum(m.scrap), 0) AS scrap, coalesce(sum(m.rework), 0) AS rework, coalesce(sum(m.reports), 0) AS reports
      INTO sums
      FROM made m
      JOIN LATERAL (SELECT is_last FROM mes.work_order_operations WHERE id = m.operation_id OFFSET 0) o ON true
      JOIN LATERAL (SELECT product_id, unit FROM mes.work_orders WHERE id = m.work_order_id OFFSET 0) w ON true
     WHERE w.product_id = of_product AND w.unit = of_unit;
  ELSE
    WITH made AS MATERIALIZED (
      SELECT r.work_order_id, r.operation_id, count(*) AS rows, sum(r.good_quantity) AS good, sum(r.scrap_quantity) AS scrap,
             sum(r.rework_quantity) AS rework, count(*) FILTER (WHERE r.correction_of IS NULL) AS reports
        FROM mes.production_reports r
       WHERE r.station_id = of_station AND r.shift_date = of_day
         AND r.report_time >= of_day - interval '2 days' AND r.report_time < of_day + interval '4 days'
         AND r.factory_id = of_factory
       GROUP BY r.work_order_id, r.operation_id
    )
    SELECT coalesce(sum(m.rows), 0) AS rows, coalesce(sum(m.good) FILTER (WHERE o.is_last), 0) AS good,
           coalesce(sum(m.scrap), 0) AS scrap, coalesce(sum(m.rework), 0) AS rework, coalesce(sum(m.reports), 0) AS reports
      INTO sums
      FROM made m
      JOIN LATERAL (SELECT is_last FROM mes.work_order_operations WHERE id = m.operation_id OFFSET 0) o ON true
      JOIN LATERAL (SELECT product_id, unit FROM mes.work_orders WHERE id = m.work_order_id OFFSET 0) w ON true
     WHERE w.product_id = of_product AND w.unit = of_unit;
  END IF;

  IF sums.rows = 0 THEN
    DELETE FROM mes.daily_production
     WHERE tenant_id = mes.current_tenant() AND factory_id = of_factory AND day = of_day AND station_id = of_station
       AND product_id = of_product AND unit = of_unit;
    RETURN;
  END IF;
  INSERT INTO mes.daily_production AS d
    (tenant_id, factory_id, day, station_id, product_id, unit, line_id, good_quantity, scrap_quantity, rework_quantity,
     report_count, computed_at)
  VALUES (mes.current_tenant(), of_factory, of_day, of_station, of_product, of_unit,
          (SELECT line_id FROM mes.stations WHERE id = of_station), sums.good, sums.scrap, sums.rework, sums.reports,
          clock_timestamp())
  ON CONFLICT (tenant_id, factory_id, day, station_id, product_id, unit) DO UPDATE
     SET good_quantity = excluded.good_quantity, scrap_quantity = excluded.scrap_quantity,
         rework_quantity = excluded.rework_quantity, report_count = excluded.report_count,
         computed_at = excluded.computed_at;
END $$;

CREATE FUNCTION "mes"."daily_production_lock"(
  of_factory text, of_day date, of_station uuid, of_product text, of_unit text
) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT hashtextextended(jsonb_build_array('daily_production', mes.current_tenant(), of_factory, of_day, of_station,
                                            of_product, of_unit)::text, 0)
$$;

CREATE FUNCTION "mes"."count_daily_production"(
  of_factory text, of_day date, of_station uuid, of_product text, of_unit text, at_most_every interval
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mes.daily_production_marks (tenant_id, factory_id, day, station_id, product_id, unit)
  VALUES (mes.current_tenant(), of_factory, of_day, of_station, of_product, of_unit)
  ON CONFLICT DO NOTHING;
  -- Between two recomputations, and while somebody else recomputes, the mark is enough.
  IF EXISTS (
    SELECT FROM mes.daily_production
     WHERE tenant_id = mes.current_tenant() AND factory_id = of_factory AND day = of_day AND station_id = of_station
       AND product_id = of_product AND unit = of_unit AND computed_at > clock_timestamp() - at_most_every
  ) OR NOT pg_try_advisory_xact_lock(
    mes.daily_production_lock(of_factory, of_day, of_station, of_product, of_unit)) THEN
    RETURN;
  END IF;
  PERFORM mes.recompute_daily_production(of_factory, of_day, of_station, of_product, of_unit);
END $$;

COMMENT ON FUNCTION "mes"."recompute_daily_production"(text, date, uuid, text, text) IS
  'Takes the mark of one cell away and writes the sums of its report rows; whoever comes second waits.';
COMMENT ON FUNCTION "mes"."count_daily_production"(text, date, uuid, text, text, interval) IS
  'Marks a cell, and recomputes it unless that was done within the interval or is being done.';

-- Days before this migration are filled by rebuildDailyReport.
