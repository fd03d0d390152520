-- CreateTable
CREATE TABLE "mes"."reports_awaiting_approval" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'AWAITING',
    "cause" TEXT NOT NULL,
    "report" JSONB NOT NULL,
    "correction_of" UUID,
    "reported_by" TEXT NOT NULL,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reports_awaiting_approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."report_conflicts" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "work_order_id" UUID,
    "operation_id" UUID,
    "station_id" UUID,
    "report_id" UUID,
    "request_id" TEXT,
    "user_id" TEXT NOT NULL,
    "limit" DECIMAL(28,4),
    "actual" DECIMAL(28,4),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "report_conflicts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."counter_readings" (
    "operation_id" UUID NOT NULL,
    "station_id" UUID NOT NULL,
    "counter_id" TEXT NOT NULL DEFAULT '',
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "reading" DECIMAL(18,4) NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "counter_readings_pkey" PRIMARY KEY ("operation_id","station_id","counter_id")
);

-- CreateIndex
CREATE INDEX "reports_awaiting_approval_work_order_id_status_idx" ON "mes"."reports_awaiting_approval"("work_order_id", "status");

-- CreateIndex
CREATE INDEX "reports_awaiting_approval_tenant_id_factory_id_status_creat_idx" ON "mes"."reports_awaiting_approval"("tenant_id", "factory_id", "status", "created_at", "id");

-- CreateIndex
CREATE INDEX "report_conflicts_tenant_id_factory_id_created_at_id_idx" ON "mes"."report_conflicts"("tenant_id", "factory_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "report_conflicts_work_order_id_created_at_id_idx" ON "mes"."report_conflicts"("work_order_id", "created_at", "id");

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.reports_awaiting_approval');
SELECT secure_table('mes.report_conflicts');
SELECT secure_table('mes.counter_readings');

ALTER TABLE "mes"."reports_awaiting_approval"
  ADD CONSTRAINT "reports_awaiting_approval_status_check" CHECK (status IN ('AWAITING', 'APPROVED', 'DECLINED')),
  ADD CONSTRAINT "reports_awaiting_approval_cause_check" CHECK (cause IN ('POLICY', 'OVER_LIMIT'));
ALTER TABLE "mes"."report_conflicts"
  ADD CONSTRAINT "report_conflicts_kind_check" CHECK (kind IN
    ('OVER_LIMIT', 'MORE_THAN_PREDECESSOR', 'SUCCESSOR_USED_MORE', 'OVERLAPPING_TIME', 'OVER_CAPACITY', 'DUPLICATE_REQUEST',
     'STALE_VERSION', 'ORDER_STATE', 'READING_OUT_OF_ORDER')),
  ADD CONSTRAINT "report_conflicts_outcome_check" CHECK (outcome IN ('REFUSED', 'WARNED', 'SENT_TO_APPROVAL'));

-- How many reports are at work at a station at one time, at most, within the half-open interval. The arrays hold
-- intervals that the running statement has accepted and not written yet. A report lasts at most 7 days.
CREATE FUNCTION "mes"."reports_at_once"(
  station uuid, first_instant timestamptz, last_instant timestamptz,
  stations uuid[], starts timestamptz[], ends timestamptz[]
) RETURNS bigint LANGUAGE sql STABLE AS $$
  WITH busy AS (
    SELECT r.started_at, r.report_time FROM mes.production_reports r
     WHERE r.station_id = station AND r.report_time > first_instant
       AND r.report_time < last_instant + interval '7 days' AND r.started_at < last_instant AND r.correction_of IS NULL
    UNION ALL
    SELECT u.started_at, u.report_time FROM unnest(stations, starts, ends) AS u(station_id, started_at, report_time)
     WHERE u.station_id = station AND u.report_time > first_instant AND u.started_at < last_instant
  ), depths AS (
    -- At one instant, whoever ends makes room for whoever begins.
    SELECT sum(step.by) OVER (ORDER BY step.at, step.by) AS depth
      FROM busy, LATERAL (VALUES (greatest(busy.started_at, first_instant), 1), (busy.report_time, -1)) AS step(at, by)
  )
  SELECT coalesce(max(depth), 0)::bigint FROM depths;
$$;

-- The operations that a piece goes through again when one sends it back to another: that one, and all on a way from there;
-- none where no way leads from there. Operations beside that way keep what they have made.
CREATE FUNCTION "mes"."operations_again"(sent_back_to uuid, sent_by uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
  WITH RECURSIVE own AS MATERIALIZED (
    SELECT o.id, o.after_ids || o.with_ids AS before_ids
      FROM mes.work_order_operations o
     WHERE o.work_order_id = (SELECT s.work_order_id FROM mes.work_order_operations s WHERE s.id = sent_by)
  ), leads_there(id) AS (
    SELECT unnest(before_ids) FROM own WHERE id = sent_by
    UNION SELECT unnest(own.before_ids) FROM leads_there JOIN own USING (id)
  ), comes_from(id) AS (
    SELECT sent_back_to
    UNION SELECT own.id FROM comes_from JOIN own ON comes_from.id = ANY (own.before_ids)
  )
  SELECT id FROM comes_from WHERE id IN (SELECT id FROM leads_there);
$$;

-- Takes reports as the application prepared them and answers {"answers", "materials"}: one object for each report, in
-- their order, and the ids of the materials whose stock moved.
--   {"outcome": "ACCEPTED", "reportId", "warnings"?}       warnings: "CODE limit actual"
--   {"outcome": "AWAITING", "reportId"}                    kept until somebody approves it
--   {"outcome": "REPLAYED", "reportId" | "awaitingId"}
--   {"outcome": "REFUSED", "check", "status", "limit"?, "actual"?}   the application names the reason
--   {"outcome": "REUSED" | "NOT_FOUND" | "CALENDAR_CHANGED" | "COUNTER_MOVED" | "AGAIN"}
-- A row with "correction_of" changes an earlier report by signed quantities. A row without a request id was booked by
-- the caller, and one that is "approved" does not wait once more.
-- Everybody locks in one order, so nobody deadlocks: request ids sorted, then orders sorted, then stations sorted, then
-- whatever belongs to them. Rows are looked at in their order: a later one may rely on what an earlier one made.
-- Everything is found by its key. The planner takes every set of rows in JSON for a hundred and would rather read whole
-- tables, and plans anew at each call: that takes twice the time.
CREATE OR REPLACE FUNCTION "mes"."report_production"(reports jsonb) RETURNS jsonb LANGUAGE plpgsql
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
  tenant text := mes.current_tenant();
  booked text[];
  accepted bigint[] := '{}';
  waiting bigint[] := '{}';
  answers jsonb[] := array_fill(NULL::jsonb, ARRAY[jsonb_array_length(reports)]);
  answer jsonb;
  warnings text[];
  conflicts jsonb := '[]';
  materials jsonb := '[]';
  moved jsonb;
  report record;
  reading record;
  good_then numeric;
  used_then numeric;
  good_max numeric;
  used_max numeric;
  piece_seconds numeric;
  seconds numeric;
  at_once bigint;
  beyond boolean;
  -- What the rows of this call have changed so far, one place for each operation.
  touched uuid[] := '{}';
  spot integer;
  other record;
  d_good numeric[] := '{}';
  d_scrap numeric[] := '{}';
  d_rework numeric[] := '{}';
  d_sent numeric[] := '{}';
  d_returned numeric[] := '{}';
  d_reports integer[] := '{}';
  d_start timestamptz[] := '{}';
  -- What they occupy at stations.
  at_stations uuid[] := '{}';
  starts timestamptz[] := '{}';
  ends timestamptz[] := '{}';
  -- What they add to orders, one place for each order; and whose each row is, by its place.
  orders uuid[] := '{}';
  w_good numeric[] := '{}';
  w_scrap numeric[] := '{}';
  w_rework numeric[] := '{}';
  w_reports integer[] := '{}';
  order_of uuid[] := '{}';
  plant_of text[] := '{}';
BEGIN
  WITH given AS (
    SELECT DISTINCT ON (r.request_id) r.request_id, r.body_hash, r.id
      FROM ROWS FROM (jsonb_to_recordset(reports) AS (request_id text, body_hash text, id uuid))
           WITH ORDINALITY AS r(request_id, body_hash, id, place)
     WHERE r.request_id IS NOT NULL ORDER BY r.request_id, r.place
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
         WHERE r.request_id IS NULL OR r.request_id = ANY (booked)))
   ORDER BY id FOR NO KEY UPDATE;

  -- Two reports that each fit beside what is written must not both pass where the plant refuses the overlap.
  IF reports @? '$[*] ? (@.started_at != null && @.station_id != null)' THEN
    PERFORM FROM mes.stations
     WHERE id IN (
       SELECT r.station_id
         FROM jsonb_to_recordset(reports) AS r(request_id text, operation_id uuid, station_id uuid, started_at timestamptz)
         JOIN mes.work_order_operations o ON o.id = r.operation_id
         JOIN mes.factories f ON f.tenant_id = o.tenant_id AND f.factory_id = o.factory_id
        WHERE (r.request_id IS NULL OR r.request_id = ANY (booked)) AND r.started_at IS NOT NULL
          AND f.policies->>'stationOverlap' = 'BLOCK')
     ORDER BY id FOR NO KEY UPDATE;
  END IF;

  FOR report IN
    SELECT r.request_id, r.body_hash, r.id, r.operation_id, r.station_id, r.started_at, r.report_time, r.user_id,
           r.created_at, r.good, r.scrap, r.rework, coalesce(r.sent_back, 0) AS sent_back, r.sent_back_to,
           r.good + r.scrap + coalesce(r.sent_back, 0) AS pieces, r.correction_of, coalesce(r.approved, false) AS approved,
           r.counter_id, r.counter_from, r.counter_to, coalesce(r.counter_remembered, false) AS counter_remembered,
           r.calendar_version, r.place, w.status, w.approval, o.work_order_id, o.factory_id, o.is_last,
           o.status AS operation_status, o.sequence, o.good_quantity, o.carried_quantity,
           o.good_quantity + o.scrap_quantity + o.sent_back_quantity AS used_quantity,
           o.good_limit + o.returned_quantity AS good_limit, o.overproduction_mode, o.predecessor_mode,
           o.after_ids || o.with_ids AS before_ids,
           o.returned_quantity, o.returned_quantity + o.sent_back_quantity AS gone_back,
           o.run_seconds_per_piece, o.run_seconds_per_batch, o.batch_quantity, r.shift_date, r.shift,
           NULL::integer AS capacity, NULL::numeric AS efficiency, f.overlap_mode, f.calendar_version AS calendar_now
      FROM ROWS FROM (jsonb_to_recordset(reports) AS (
             request_id text, body_hash text, id uuid, operation_id uuid, station_id uuid, started_at timestamptz,
             report_time timestamptz, shift_date date, shift text, user_id text, created_at timestamptz, good numeric,
             scrap numeric, rework numeric, sent_back numeric, sent_back_to uuid, correction_of uuid, approved boolean, counter_id text,
             counter_from numeric, counter_to numeric, counter_remembered boolean, calendar_version integer
           )) WITH ORDINALITY AS r(request_id, body_hash, id, operation_id, station_id, started_at, report_time,
             shift_date, shift, user_id, created_at, good, scrap, rework, sent_back, sent_back_to, correction_of, approved,
             counter_id, counter_from, counter_to, counter_remembered, calendar_version, place)
      -- OFFSET keeps each of these a look-up by its key: joined freely, whole tables are read beside one row.
      LEFT JOIN LATERAL (SELECT * FROM mes.work_order_operations WHERE id = r.operation_id OFFSET 0) o ON true
      LEFT JOIN LATERAL (
             SELECT status, policies->>'reportApproval' AS approval FROM mes.work_orders WHERE id = o.work_order_id OFFSET 0
           ) w ON true
      LEFT JOIN LATERAL (
             SELECT calendar_version, coalesce(policies->>'stationOverlap', 'WARN') AS overlap_mode
               FROM mes.factories WHERE tenant_id = tenant AND factory_id = o.factory_id OFFSET 0
           ) f ON true
     ORDER BY r.place
  LOOP
    IF report.request_id IS NOT NULL AND NOT report.request_id = ANY (booked) THEN
      SELECT CASE WHEN q.body_hash = report.body_hash
                  THEN jsonb_build_object('outcome', 'REPLAYED') || q.answer
                  ELSE jsonb_build_object('outcome', 'REUSED') END
        INTO answer FROM mes.requests q WHERE q.tenant_id = tenant AND q.request_id = report.request_id;
      answers[report.place] := coalesce(answer, jsonb_build_object('outcome', 'AGAIN'));
      CONTINUE;
    END IF;
    booked := array_remove(booked, report.request_id);

    spot := array_position(touched, report.operation_id);
    good_then := report.good_quantity + report.good + coalesce(d_good[spot], 0);
    good_max := report.good_limit + coalesce(d_returned[spot], 0);
    used_then := report.used_quantity + report.pieces + coalesce(d_good[spot] + d_scrap[spot] + d_sent[spot], 0);
    used_max := NULL;
    IF report.predecessor_mode <> 'ALLOW' AND report.before_ids <> '{}' THEN
      -- Pieces that were sent back through a predecessor are not there again until it has reported them again.
      SELECT min(p.good_quantity + p.carried_quantity - p.returned_quantity + coalesce(d_good[t.spot] - d_returned[t.spot], 0))
        INTO used_max
        FROM mes.work_order_operations p, LATERAL (SELECT array_position(touched, p.id) AS spot) t
       WHERE p.id = ANY (report.before_ids);
    END IF;
    used_max := used_max + report.gone_back + coalesce(d_returned[spot] + d_sent[spot], 0);
    beyond := report.good > 0 AND good_then > good_max;
    warnings := '{}';

    answer := CASE
      WHEN report.status IS NULL THEN jsonb_build_object('outcome', 'NOT_FOUND')
      WHEN report.correction_of IS NULL AND report.calendar_now <> report.calendar_version THEN
        jsonb_build_object('outcome', 'CALENDAR_CHANGED')
      WHEN report.status <> 'IN_PROGRESS' AND (report.correction_of IS NULL OR report.status NOT IN ('HELD', 'COMPLETED')) THEN
        jsonb_build_object('outcome', 'REFUSED', 'check', CASE WHEN report.correction_of IS NULL THEN 'ORDER' ELSE 'BOOKS' END,
          'status', report.status)
      WHEN report.correction_of IS NULL AND report.operation_status IN ('FINISHED', 'SKIPPED') THEN
        jsonb_build_object('outcome', 'REFUSED', 'check', 'OPERATION', 'status', report.operation_status)
      WHEN beyond AND report.overproduction_mode = 'BLOCK' THEN
        jsonb_build_object('outcome', 'REFUSED', 'check', 'LIMIT', 'status', report.status, 'limit', good_max::text, 'actual', good_then::text)
      WHEN report.pieces > 0 AND used_then > used_max AND report.predecessor_mode = 'BLOCK' THEN
        jsonb_build_object('outcome', 'REFUSED', 'check', 'PREDECESSOR', 'status', report.status, 'limit', used_max::text, 'actual', used_then::text)
    END;

    IF answer IS NULL AND report.sent_back > 0 THEN
      PERFORM FROM mes.work_order_operations t
        WHERE t.id = report.sent_back_to AND t.status NOT IN ('FINISHED', 'SKIPPED')
          AND t.id IN (SELECT mes.operations_again(report.sent_back_to, report.operation_id));
      IF NOT FOUND THEN
        answer := jsonb_build_object('outcome', 'REFUSED', 'check', 'SENT_BACK', 'status', report.status);
      END IF;
    END IF;

    -- A correction that takes pieces away must leave what others have already worked on.
    IF answer IS NULL AND (report.good < 0 OR report.sent_back < 0) THEN
      SELECT n.mode, n.may_be, n.has INTO other
        FROM (SELECT o.predecessor_mode AS mode,
                     report.good_quantity + report.good + report.carried_quantity - report.returned_quantity
                       + o.returned_quantity AS may_be,
                     o.good_quantity + o.scrap_quantity AS has
                FROM mes.work_order_operations o
               WHERE o.work_order_id = report.work_order_id AND report.good < 0 AND o.predecessor_mode <> 'ALLOW'
                 AND report.operation_id = ANY (o.after_ids || o.with_ids)
              UNION ALL
              SELECT CASE o.overproduction_mode WHEN 'BLOCK' THEN 'BLOCK' ELSE 'WARN' END,
                     o.good_limit + o.returned_quantity + report.sent_back, o.good_quantity
                FROM mes.operations_again(report.sent_back_to, report.operation_id) AS again(id)
                JOIN mes.work_order_operations o ON o.id = again.id
               WHERE report.sent_back < 0) n
       WHERE n.has > n.may_be ORDER BY n.mode, n.has - n.may_be DESC LIMIT 1;
      IF other.mode = 'BLOCK' THEN
        answer := jsonb_build_object('outcome', 'REFUSED', 'check', 'SUCCESSOR', 'status', report.status, 'limit', other.may_be::text, 'actual', other.has::text);
      ELSIF other.mode IS NOT NULL THEN
        warnings := warnings || format('SUCCESSOR_USED_MORE %s %s', trim_scale(other.may_be), trim_scale(other.has));
      END IF;
    END IF;

    IF answer IS NULL AND report.correction_of IS NULL AND report.started_at < report.report_time THEN
      -- As its shift has it: a rule of that shift goes before one for all of them.
      SELECT coalesce(c.jobs, s.capacity), coalesce(c.efficiency_percent, 100) / 100
        INTO report.capacity, report.efficiency
        FROM mes.stations s
        LEFT JOIN LATERAL (
               SELECT jobs, efficiency_percent FROM mes.station_capacities
                WHERE station_id = s.id AND shift IN (report.shift, '') AND valid_from <= report.shift_date
                ORDER BY (shift = ''), valid_from DESC LIMIT 1) c ON true
       WHERE s.id = report.station_id;
    END IF;
    IF answer IS NULL AND report.capacity IS NOT NULL THEN
      IF report.overlap_mode <> 'ALLOW' THEN
        at_once := mes.reports_at_once(report.station_id, report.started_at, report.report_time, at_stations, starts, ends) + 1;
        IF at_once > report.capacity AND report.overlap_mode = 'BLOCK' THEN
          answer := jsonb_build_object('outcome', 'REFUSED', 'check', 'STATION', 'status', report.status, 'limit', report.capacity::text, 'actual', at_once::text);
        ELSIF at_once > report.capacity THEN
          warnings := warnings || format('OVERLAPPING_TIME %s %s', report.capacity, at_once);
        END IF;
      END IF;
      piece_seconds := coalesce(report.run_seconds_per_piece, report.run_seconds_per_batch / nullif(report.batch_quantity, 0));
      seconds := extract(epoch FROM report.report_time - report.started_at) * report.capacity * report.efficiency * 1.1;
      IF piece_seconds * (report.good + report.scrap) > seconds THEN
        warnings := warnings || format('OVER_CAPACITY %s %s', trim_scale(trunc(seconds / piece_seconds, 4)), trim_scale(report.good + report.scrap));
      END IF;
    END IF;

    IF answer IS NULL AND report.counter_to IS NOT NULL THEN
      SELECT c.reading, c.read_at INTO reading FROM mes.counter_readings c
       WHERE c.operation_id = report.operation_id AND c.station_id = report.station_id AND c.counter_id = report.counter_id;
      IF report.counter_remembered
         AND (reading.reading IS DISTINCT FROM report.counter_from OR reading.read_at > report.report_time) THEN
        answer := jsonb_build_object('outcome', 'COUNTER_MOVED');
      END IF;
    END IF;

    IF answer IS NULL AND NOT report.approved
       AND (report.approval = 'ALL' OR report.approval = 'CORRECTIONS' AND report.correction_of IS NOT NULL
            OR beyond AND report.overproduction_mode = 'APPROVE') THEN
      answer := jsonb_build_object('outcome', 'AWAITING', 'reportId', report.id,
        'cause', CASE WHEN beyond AND report.overproduction_mode = 'APPROVE' THEN 'OVER_LIMIT' ELSE 'POLICY' END);
      waiting := waiting || report.place;
      UPDATE mes.requests SET answer = jsonb_build_object('awaitingId', report.id)
       WHERE tenant_id = tenant AND request_id = report.request_id;
      IF beyond THEN
        conflicts := conflicts || jsonb_build_object('kind', 'OVER_LIMIT', 'outcome', 'SENT_TO_APPROVAL', 'place', report.place,
          'limit', good_max, 'actual', good_then);
      END IF;
    END IF;

    -- What waits is counted by its reading all the same: the next one begins there.
    IF report.counter_to IS NOT NULL AND coalesce(answer->>'outcome', 'AWAITING') = 'AWAITING' THEN
      INSERT INTO mes.counter_readings AS c (operation_id, station_id, counter_id, tenant_id, factory_id, reading, read_at)
      VALUES (report.operation_id, report.station_id, report.counter_id, tenant, report.factory_id, report.counter_to, report.report_time)
      ON CONFLICT (operation_id, station_id, counter_id) DO UPDATE
        SET reading = excluded.reading, read_at = excluded.read_at WHERE c.read_at <= excluded.read_at;
    END IF;

    -- A refusal has no effect, so the same request may be sent again when the plant is ready for it.
    IF answer IS NOT NULL THEN
      IF answer->>'outcome' <> 'AWAITING' AND report.request_id IS NOT NULL THEN
        DELETE FROM mes.requests WHERE tenant_id = tenant AND request_id = report.request_id;
      END IF;
      answers[report.place] := answer;
      CONTINUE;
    END IF;

    IF beyond THEN
      warnings := warnings || format('OVER_LIMIT %s %s', trim_scale(good_max), trim_scale(good_then));
    END IF;
    IF report.pieces > 0 AND used_then > used_max THEN
      warnings := warnings || format('MORE_THAN_PREDECESSOR %s %s', trim_scale(used_max), trim_scale(used_then));
    END IF;
    answer := jsonb_build_object('outcome', 'ACCEPTED', 'reportId', report.id);
    IF warnings <> '{}' THEN
      answer := answer || jsonb_build_object('warnings', to_jsonb(warnings));
      SELECT conflicts || jsonb_agg(jsonb_build_object('kind', split_part(w, ' ', 1), 'outcome', 'WARNED', 'place', report.place,
               'limit', split_part(w, ' ', 2), 'actual', split_part(w, ' ', 3)))
        INTO conflicts FROM unnest(warnings) AS w;
    END IF;
    answers[report.place] := answer;
    accepted := accepted || report.place;
    order_of[report.place] := report.work_order_id;
    plant_of[report.place] := report.factory_id;

    spot := array_position(orders, report.work_order_id);
    IF spot IS NULL THEN
      orders := orders || report.work_order_id;
      spot := cardinality(orders);
      w_good[spot] := 0; w_scrap[spot] := 0; w_rework[spot] := 0; w_reports[spot] := 0;
    END IF;
    IF report.is_last THEN
      w_good[spot] := w_good[spot] + report.good;
    END IF;
    w_scrap[spot] := w_scrap[spot] + report.scrap;
    w_rework[spot] := w_rework[spot] + report.rework;
    w_reports[spot] := w_reports[spot] + (report.correction_of IS NULL)::integer;

    spot := array_position(touched, report.operation_id);
    IF spot IS NULL THEN
      touched := touched || report.operation_id;
      spot := cardinality(touched);
      d_good[spot] := 0; d_scrap[spot] := 0; d_rework[spot] := 0; d_sent[spot] := 0; d_returned[spot] := 0; d_reports[spot] := 0;
    END IF;
    d_good[spot] := d_good[spot] + report.good;
    d_scrap[spot] := d_scrap[spot] + report.scrap;
    d_rework[spot] := d_rework[spot] + report.rework;
    IF report.correction_of IS NULL THEN
      d_reports[spot] := d_reports[spot] + 1;
      d_start[spot] := least(d_start[spot], report.started_at, report.report_time);
      IF report.capacity IS NOT NULL THEN
        at_stations := at_stations || report.station_id;
        starts := starts || report.started_at;
        ends := ends || report.report_time;
      END IF;
    END IF;
    IF report.sent_back <> 0 THEN
      d_sent[spot] := d_sent[spot] + report.sent_back;
      FOR other IN
        SELECT again.id FROM mes.operations_again(report.sent_back_to, report.operation_id) AS again(id)
      LOOP
        spot := array_position(touched, other.id);
        IF spot IS NULL THEN
          touched := touched || other.id;
          spot := cardinality(touched);
          d_good[spot] := 0; d_scrap[spot] := 0; d_rework[spot] := 0; d_sent[spot] := 0; d_returned[spot] := 0; d_reports[spot] := 0;
        END IF;
        d_returned[spot] := d_returned[spot] + report.sent_back;
      END LOOP;
    END IF;
  END LOOP;

  IF accepted <> '{}' THEN
    UPDATE mes.work_order_operations o
       SET good_quantity = o.good_quantity + d.good,
           scrap_quantity = o.scrap_quantity + d.scrap,
           rework_quantity = o.rework_quantity + d.rework,
           sent_back_quantity = o.sent_back_quantity + d.sent,
           returned_quantity = o.returned_quantity + d.returned,
           status = CASE WHEN o.status = 'PENDING' AND d.reports > 0 THEN 'IN_PROGRESS' ELSE o.status END,
           started_at = CASE WHEN o.status = 'PENDING' AND d.reports > 0 THEN coalesce(o.started_at, d.start) ELSE o.started_at END
      FROM unnest(touched, d_good, d_scrap, d_rework, d_sent, d_returned, d_reports, d_start)
           AS d(id, good, scrap, rework, sent, returned, reports, start)
     WHERE o.id = d.id;

    UPDATE mes.work_orders w
       SET good_quantity = w.good_quantity + s.good,
           scrap_quantity = w.scrap_quantity + s.scrap,
           rework_quantity = w.rework_quantity + s.rework,
           report_count = w.report_count + s.reports
      FROM unnest(orders, w_good, w_scrap, w_rework, w_reports) AS s(id, good, scrap, rework, reports)
     WHERE w.id = s.id;

    WITH given AS MATERIALIZED (
      SELECT r.*, plant_of[r.place] AS factory_id, order_of[r.place] AS work_order_id
        FROM ROWS FROM (jsonb_to_recordset(reports) AS (
               id uuid, report_time timestamptz, operation_id uuid, station_id uuid, shift_date date, shift text, good numeric,
               scrap numeric, scrap_reason text, rework numeric, sent_back numeric, sent_back_to uuid, correction_of uuid,
               correction_reason text, counter_from numeric, counter_to numeric, started_at timestamptz, operator_id text,
               reported_by text, created_at timestamptz, audit_id uuid, command text, user_id text, origin text, trace_id text,
               events jsonb
             )) WITH ORDINALITY AS r(id, report_time, operation_id, station_id, shift_date, shift, good, scrap, scrap_reason,
               rework, sent_back, sent_back_to, correction_of, correction_reason, counter_from, counter_to, started_at,
               operator_id, reported_by, created_at, audit_id, command, user_id, origin, trace_id, events, place)
       WHERE r.place = ANY (accepted)
    ), made AS (
      INSERT INTO mes.production_reports
        (id, report_time, tenant_id, factory_id, work_order_id, operation_id, station_id, shift_date, shift, good_quantity,
         scrap_quantity, scrap_reason, rework_quantity, sent_back_quantity, sent_back_to, correction_of, correction_reason,
         counter_from, counter_to, warnings, started_at, operator_id, reported_by, created_at)
      SELECT id, report_time, tenant, factory_id, work_order_id, operation_id, station_id, shift_date, shift, good, scrap,
             scrap_reason, rework, coalesce(sent_back, 0), sent_back_to, correction_of, correction_reason, counter_from,
             counter_to, ARRAY(SELECT jsonb_array_elements_text(answers[place]->'warnings')), started_at, operator_id,
             reported_by, created_at
        FROM given
    ), audited AS (
      INSERT INTO mes.audit_entries
        (id, tenant_id, factory_id, at, user_id, origin, trace_id, command, entity, entity_id, after, reason)
      SELECT audit_id, tenant, factory_id, created_at, user_id, origin, trace_id, command, 'ProductionReport', id::text,
             jsonb_strip_nulls(jsonb_build_object(
               'workOrderId', work_order_id, 'operationId', operation_id, 'stationId', station_id, 'operatorId', operator_id,
               'goodQuantity', trim_scale(good)::text, 'scrapQuantity', trim_scale(scrap)::text, 'scrapReason', scrap_reason,
               'reworkQuantity', trim_scale(rework)::text, 'sentBackQuantity', trim_scale(nullif(sent_back, 0))::text,
               'sentBackTo', sent_back_to, 'correctionOf', correction_of, 'counterFrom', trim_scale(counter_from)::text,
               'counterTo', trim_scale(counter_to)::text, 'startedAt', started_at, 'endedAt', report_time)),
             correction_reason
        FROM given
    ), told AS (
      INSERT INTO mes.outbox (event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope)
      SELECT (e.event->'envelope'->>'event_id')::uuid, tenant, e.event->'envelope'->>'factory_id', e.event->>'routingKey',
             e.event->>'aggregateId', e.event->'envelope'
        FROM given, jsonb_array_elements(given.events) WITH ORDINALITY AS e(event, turn)
       ORDER BY given.place, e.turn
    )
    SELECT jsonb_agg(jsonb_build_object('report_id', id, 'work_order_id', work_order_id, 'operation_id', operation_id,
                                        'pieces', good + scrap, 'at', report_time, 'by', reported_by) ORDER BY given.place)
      INTO moved FROM given WHERE good + scrap <> 0;
    -- Most plants that start keep no stock beside their lines, and then nothing is taken from it.
    IF moved IS NOT NULL
       AND EXISTS (SELECT FROM mes.stock_locations p
                    WHERE p.tenant_id = tenant AND p.factory_id = ANY (plant_of) AND p.purpose = 'PRODUCTION') THEN
      materials := mes.backflush_reports(moved);
    END IF;
  END IF;

  IF waiting <> '{}' THEN
    WITH given AS MATERIALIZED (
      SELECT r.*, b.place, b.body - '{request_id,body_hash,events}'::text[] AS body, o.factory_id, o.work_order_id
        FROM jsonb_array_elements(reports) WITH ORDINALITY AS b(body, place),
             LATERAL jsonb_to_record(b.body) AS r(id uuid, request_id text, operation_id uuid, reported_by text,
               correction_of uuid, correction_reason text, created_at timestamptz, audit_id uuid, command text, user_id text,
               origin text, trace_id text)
        JOIN mes.work_order_operations o ON o.id = r.operation_id
       WHERE b.place = ANY (waiting)
    ), audited AS (
      INSERT INTO mes.audit_entries
        (id, tenant_id, factory_id, at, user_id, origin, trace_id, command, entity, entity_id, after, reason)
      SELECT audit_id, tenant, factory_id, created_at, user_id, origin, trace_id, command, 'ReportAwaitingApproval', id::text,
             body, correction_reason
        FROM given
    )
    INSERT INTO mes.reports_awaiting_approval
      (id, tenant_id, factory_id, work_order_id, operation_id, cause, report, correction_of, reported_by, created_at)
    SELECT id, tenant, factory_id, work_order_id, operation_id, answers[place]->>'cause', body, correction_of, reported_by,
           created_at
      FROM given;
  END IF;

  IF conflicts <> '[]' THEN
    INSERT INTO mes.report_conflicts
      (id, tenant_id, factory_id, kind, outcome, work_order_id, operation_id, station_id, report_id, request_id, user_id,
       "limit", actual, created_at)
    SELECT gen_random_uuid(), tenant, o.factory_id, c.kind, c.outcome, o.work_order_id, o.id, r.station_id, r.id, r.request_id,
           r.user_id, c."limit", c.actual, r.created_at
      FROM jsonb_to_recordset(conflicts) AS c(kind text, outcome text, place integer, "limit" numeric, actual numeric),
           LATERAL jsonb_to_record(reports->(c.place - 1)) AS r(id uuid, request_id text, operation_id uuid, station_id uuid,
             user_id text, created_at timestamptz)
      JOIN mes.work_order_operations o ON o.id = r.operation_id;
  END IF;

  RETURN jsonb_build_object('answers', to_jsonb(answers), 'materials', coalesce(materials, '[]'));
END $$;

COMMENT ON FUNCTION "mes"."report_production"(jsonb) IS
  'Books the requests, checks what the rows hold, inserts the reports, moves the sums and the stock, writes events and audit entries: one statement.';
