-- CreateTable
CREATE TABLE "mes"."factories" (
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "overproduction_percent" DECIMAL(18,4) NOT NULL,
    "calendar_version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "factories_pkey" PRIMARY KEY ("tenant_id","factory_id")
);

-- CreateTable
CREATE TABLE "mes"."production_lines" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "production_lines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."stations" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "line_id" UUID,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "capacity" INTEGER NOT NULL,

    CONSTRAINT "stations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."shift_patterns" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "shifts" JSONB NOT NULL,

    CONSTRAINT "shift_patterns_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."routings" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "product_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "routings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."routing_operations" (
    "routing_id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "station_id" UUID,
    "setup_seconds" DECIMAL(18,4),
    "run_seconds_per_piece" DECIMAL(18,4),

    CONSTRAINT "routing_operations_pkey" PRIMARY KEY ("routing_id","sequence")
);

-- CreateTable
CREATE TABLE "mes"."work_orders" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "held_from" TEXT,
    "hold_cause" TEXT,
    "hold_note" TEXT,
    "version" INTEGER NOT NULL,
    "product_id" TEXT NOT NULL,
    "bom_version" TEXT,
    "routing_id" UUID NOT NULL,
    "quantity" DECIMAL(18,4) NOT NULL,
    "unit" TEXT NOT NULL,
    "good_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
    "scrap_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
    "rework_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
    "report_count" INTEGER NOT NULL DEFAULT 0,
    "due_date" DATE,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "work_orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."work_order_operations" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "is_last" BOOLEAN NOT NULL,
    "station_id" UUID,
    "setup_seconds" DECIMAL(18,4),
    "run_seconds_per_piece" DECIMAL(18,4),
    "good_limit" DECIMAL(28,4) NOT NULL,
    "good_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
    "scrap_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,
    "rework_quantity" DECIMAL(28,4) NOT NULL DEFAULT 0,

    CONSTRAINT "work_order_operations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."production_reports" (
    "id" UUID NOT NULL,
    "report_time" TIMESTAMPTZ(3) NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "station_id" UUID,
    "shift_date" DATE NOT NULL,
    "shift" TEXT NOT NULL,
    "good_quantity" DECIMAL(18,4) NOT NULL,
    "scrap_quantity" DECIMAL(18,4) NOT NULL,
    "scrap_reason" TEXT,
    "rework_quantity" DECIMAL(18,4) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "operator_id" TEXT NOT NULL,
    "reported_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "production_reports_pkey" PRIMARY KEY ("id","report_time")
) PARTITION BY RANGE ("report_time");

-- CreateTable
CREATE TABLE "mes"."time_events" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "station_id" UUID NOT NULL,
    "work_order_id" UUID,
    "operation_id" UUID,
    "operator_id" TEXT NOT NULL,
    "recorded_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "shift_date" DATE NOT NULL,
    "shift" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "time_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "production_lines_tenant_id_factory_id_code_key" ON "mes"."production_lines"("tenant_id", "factory_id", "code");

-- CreateIndex
CREATE INDEX "stations_line_id_idx" ON "mes"."stations"("line_id");

-- CreateIndex
CREATE UNIQUE INDEX "stations_tenant_id_factory_id_code_key" ON "mes"."stations"("tenant_id", "factory_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "shift_patterns_tenant_id_factory_id_valid_from_key" ON "mes"."shift_patterns"("tenant_id", "factory_id", "valid_from");

-- CreateIndex
CREATE UNIQUE INDEX "routings_tenant_id_factory_id_code_version_key" ON "mes"."routings"("tenant_id", "factory_id", "code", "version");

-- CreateIndex
CREATE INDEX "work_orders_tenant_id_created_at_id_idx" ON "mes"."work_orders"("tenant_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "work_orders_tenant_id_factory_id_status_due_date_idx" ON "mes"."work_orders"("tenant_id", "factory_id", "status", "due_date");

-- CreateIndex
CREATE INDEX "work_orders_tenant_id_status_created_at_id_idx" ON "mes"."work_orders"("tenant_id", "status", "created_at", "id");

-- CreateIndex
CREATE INDEX "work_orders_tenant_id_product_id_created_at_idx" ON "mes"."work_orders"("tenant_id", "product_id", "created_at");

-- CreateIndex
CREATE INDEX "work_orders_routing_id_idx" ON "mes"."work_orders"("routing_id");

-- CreateIndex
CREATE UNIQUE INDEX "work_orders_tenant_id_factory_id_number_key" ON "mes"."work_orders"("tenant_id", "factory_id", "number");

-- CreateIndex
CREATE INDEX "work_order_operations_station_id_idx" ON "mes"."work_order_operations"("station_id");

-- CreateIndex
CREATE UNIQUE INDEX "work_order_operations_work_order_id_sequence_key" ON "mes"."work_order_operations"("work_order_id", "sequence");

-- CreateIndex
CREATE INDEX "production_reports_work_order_id_report_time_id_idx" ON "mes"."production_reports"("work_order_id", "report_time", "id");

-- CreateIndex
CREATE INDEX "production_reports_station_id_shift_date_shift_idx" ON "mes"."production_reports"("station_id", "shift_date", "shift");

-- CreateIndex
CREATE INDEX "production_reports_tenant_id_operator_id_created_at_idx" ON "mes"."production_reports"("tenant_id", "operator_id", "created_at");

-- CreateIndex
CREATE INDEX "production_reports_tenant_id_factory_id_created_at_idx" ON "mes"."production_reports"("tenant_id", "factory_id", "created_at");

-- CreateIndex
CREATE INDEX "time_events_station_id_shift_date_shift_idx" ON "mes"."time_events"("station_id", "shift_date", "shift");

-- CreateIndex
CREATE INDEX "time_events_operation_id_idx" ON "mes"."time_events"("operation_id");

-- AddForeignKey
ALTER TABLE "mes"."stations" ADD CONSTRAINT "stations_line_id_fkey" FOREIGN KEY ("line_id") REFERENCES "mes"."production_lines"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."routing_operations" ADD CONSTRAINT "routing_operations_routing_id_fkey" FOREIGN KEY ("routing_id") REFERENCES "mes"."routings"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."work_orders" ADD CONSTRAINT "work_orders_routing_id_fkey" FOREIGN KEY ("routing_id") REFERENCES "mes"."routings"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."work_order_operations" ADD CONSTRAINT "work_order_operations_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "mes"."work_orders"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."production_reports" ADD CONSTRAINT "production_reports_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "mes"."work_order_operations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on by hand: what schema.prisma cannot say.

-- Every report moves two rows; room on their page keeps that out of the indexes.
ALTER TABLE "mes"."work_orders" SET (fillfactor = 70);
ALTER TABLE "mes"."work_order_operations" SET (fillfactor = 70);

SELECT secure_table('mes.factories');
SELECT secure_table('mes.production_lines');
SELECT secure_table('mes.stations');
SELECT secure_table('mes.shift_patterns');
SELECT secure_table('mes.routings');
SELECT secure_table('mes.routing_operations');
SELECT secure_table('mes.work_orders');
SELECT secure_table('mes.work_order_operations');
SELECT secure_table('mes.production_reports');
SELECT secure_table('mes.time_events');

-- Later months are made ahead every day, earlier ones when a backdated report asks for them.
SELECT ensure_month_partitions('mes.production_reports', (now() - interval '1 month')::date, (now() + interval '3 months')::date);

-- Takes reports as the application prepared them and answers one object for each, in their order:
--   {"outcome": "ACCEPTED" | "REPLAYED", "reportId"}
--   {"outcome": "REFUSED", "status", "good", "limit"}   what the rows held; the application names the reason
--   {"outcome": "REUSED" | "NOT_FOUND" | "CALENDAR_CHANGED" | "AGAIN"}
-- Everybody locks in one order, so nobody deadlocks: request ids sorted, then orders sorted, then whatever belongs to them.
CREATE FUNCTION "mes"."report_production"(reports jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  tenant text := mes.current_tenant();
  booked text[];
  accepted bigint[] := '{}';
  answers jsonb[] := array_fill(NULL::jsonb, ARRAY[jsonb_array_length(reports)]);
  answer jsonb;
  report record;
  operation uuid;
  good numeric;
BEGIN
  WITH given AS (
    SELECT * FROM jsonb_to_recordset(reports) AS r(request_id text, body_hash text, id uuid)
  ), fresh AS (
    INSERT INTO mes.requests (tenant_id, request_id, command, body_hash, answer)
    SELECT tenant, request_id, 'reportProduction', body_hash, jsonb_build_object('reportId', id)
      FROM given ORDER BY request_id
    ON CONFLICT DO NOTHING RETURNING request_id
  )
  SELECT coalesce(array_agg(request_id), '{}') INTO booked FROM fresh;

  PERFORM FROM mes.work_orders
   WHERE id IN (
     SELECT o.work_order_id FROM mes.work_order_operations o
      WHERE o.id IN (
        SELECT r.operation_id FROM jsonb_to_recordset(reports) AS r(request_id text, operation_id uuid)
         WHERE r.request_id = ANY (booked)))
   ORDER BY id FOR NO KEY UPDATE;

  FOR report IN
    SELECT r.*, w.status, o.good_quantity AS good_before, o.good_limit, f.calendar_version AS calendar_now
      FROM ROWS FROM (jsonb_to_recordset(reports) AS (
             request_id text, body_hash text, id uuid, operation_id uuid, good numeric, calendar_version integer
           )) WITH ORDINALITY AS r(request_id, body_hash, id, operation_id, good, calendar_version, place)
      LEFT JOIN mes.work_order_operations o ON o.id = r.operation_id
      LEFT JOIN mes.work_orders w ON w.id = o.work_order_id
      LEFT JOIN mes.factories f ON f.tenant_id = w.tenant_id AND f.factory_id = w.factory_id
     ORDER BY r.operation_id, r.place
  LOOP
    IF report.operation_id IS DISTINCT FROM operation THEN
      operation := report.operation_id;
      good := report.good_before;
    END IF;

    IF report.request_id = ANY (booked) THEN
      booked := array_remove(booked, report.request_id);
      answer := CASE
        WHEN report.status IS NULL THEN jsonb_build_object('outcome', 'NOT_FOUND')
        WHEN report.calendar_now <> report.calendar_version THEN jsonb_build_object('outcome', 'CALENDAR_CHANGED')
        WHEN report.status <> 'IN_PROGRESS' OR good + report.good > report.good_limit THEN
          jsonb_build_object('outcome', 'REFUSED', 'status', report.status, 'good', good::text, 'limit', report.good_limit::text)
        ELSE jsonb_build_object('outcome', 'ACCEPTED', 'reportId', report.id)
      END;
      IF answer->>'outcome' = 'ACCEPTED' THEN
        good := good + report.good;
        accepted := accepted || report.place;
      ELSE
        -- A refusal has no effect, so the same request may be sent again when the plant is ready for it.
        DELETE FROM mes.requests WHERE tenant_id = tenant AND request_id = report.request_id;
      END IF;
    ELSE
      SELECT CASE WHEN q.body_hash = report.body_hash
                  THEN jsonb_build_object('outcome', 'REPLAYED') || q.answer
                  ELSE jsonb_build_object('outcome', 'REUSED') END
        INTO answer FROM mes.requests q WHERE q.tenant_id = tenant AND q.request_id = report.request_id;
      answer := coalesce(answer, jsonb_build_object('outcome', 'AGAIN'));
    END IF;
    answers[report.place] := answer;
  END LOOP;

  IF accepted <> '{}' THEN
    UPDATE mes.work_order_operations o
       SET good_quantity = o.good_quantity + s.good,
           scrap_quantity = o.scrap_quantity + s.scrap,
           rework_quantity = o.rework_quantity + s.rework
      FROM (SELECT r.operation_id, sum(r.good) AS good, sum(r.scrap) AS scrap, sum(r.rework) AS rework
              FROM ROWS FROM (jsonb_to_recordset(reports) AS (operation_id uuid, good numeric, scrap numeric, rework numeric))
                   WITH ORDINALITY AS r(operation_id, good, scrap, rework, place)
             WHERE r.place = ANY (accepted) GROUP BY r.operation_id) s
     WHERE o.id = s.operation_id;

    UPDATE mes.work_orders w
       SET good_quantity = w.good_quantity + s.good,
           scrap_quantity = w.scrap_quantity + s.scrap,
           rework_quantity = w.rework_quantity + s.rework,
           report_count = w.report_count + s.reports
      FROM (SELECT o.work_order_id, sum(CASE WHEN o.is_last THEN r.good ELSE 0 END) AS good,
                   sum(r.scrap) AS scrap, sum(r.rework) AS rework, count(*)::integer AS reports
              FROM ROWS FROM (jsonb_to_recordset(reports) AS (operation_id uuid, good numeric, scrap numeric, rework numeric))
                   WITH ORDINALITY AS r(operation_id, good, scrap, rework, place)
              JOIN mes.work_order_operations o ON o.id = r.operation_id
             WHERE r.place = ANY (accepted) GROUP BY o.work_order_id) s
     WHERE w.id = s.work_order_id;

    INSERT INTO mes.production_reports
      (id, report_time, tenant_id, factory_id, work_order_id, operation_id, station_id, shift_date, shift, good_quantity,
       scrap_quantity, scrap_reason, rework_quantity, started_at, operator_id, reported_by, created_at)
    SELECT r.id, r.report_time, tenant, o.factory_id, o.work_order_id, o.id, r.station_id, r.shift_date, r.shift, r.good,
           r.scrap, r.scrap_reason, r.rework, r.started_at, r.operator_id, r.reported_by, r.created_at
      FROM ROWS FROM (jsonb_to_recordset(reports) AS (
             id uuid, report_time timestamptz, operation_id uuid, station_id uuid, shift_date date, shift text, good numeric,
             scrap numeric, scrap_reason text, rework numeric, started_at timestamptz, operator_id text, reported_by text,
             created_at timestamptz
           )) WITH ORDINALITY AS r(id, report_time, operation_id, station_id, shift_date, shift, good, scrap, scrap_reason,
             rework, started_at, operator_id, reported_by, created_at, place)
      JOIN mes.work_order_operations o ON o.id = r.operation_id
     WHERE r.place = ANY (accepted);

    INSERT INTO mes.outbox (event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope)
    SELECT (e.event->'envelope'->>'event_id')::uuid, tenant, e.event->'envelope'->>'factory_id', e.event->>'routingKey',
           e.event->>'aggregateId', e.event->'envelope'
      FROM jsonb_array_elements(reports) WITH ORDINALITY AS r(body, place),
           jsonb_array_elements(r.body->'events') WITH ORDINALITY AS e(event, turn)
     WHERE r.place = ANY (accepted)
     ORDER BY r.place, e.turn;
  END IF;

  RETURN to_jsonb(answers);
END $$;

COMMENT ON FUNCTION "mes"."report_production"(jsonb) IS
  'Books the requests, checks what the rows hold, inserts the reports, moves the sums and writes the events: one statement.';
