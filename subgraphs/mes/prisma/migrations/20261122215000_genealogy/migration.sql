-- AlterTable
ALTER TABLE "mes"."lot_edges" ADD COLUMN     "activity_id" UUID;

-- CreateTable
CREATE TABLE "mes"."lot_activities" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "work_order_id" UUID,
    "shipment_reference" TEXT,
    "customer_id" TEXT,
    "loss_quantity" DECIMAL(18,4) NOT NULL DEFAULT 0,
    "reason" TEXT,
    "request_id" TEXT NOT NULL,
    "recorded_by" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lot_activities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."lot_activity_lots" (
    "activity_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "lot_id" UUID NOT NULL,
    "quantity" DECIMAL(18,4) NOT NULL,
    "location_id" UUID,

    CONSTRAINT "lot_activity_lots_pkey" PRIMARY KEY ("activity_id","role","position")
);

-- CreateTable
CREATE TABLE "mes"."lot_counters" (
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "lot_counters_pkey" PRIMARY KEY ("tenant_id","factory_id","period")
);

-- CreateIndex
CREATE INDEX "lots_tenant_id_factory_id_created_at_id_idx" ON "mes"."lots"("tenant_id", "factory_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "lot_activities_work_order_id_idx" ON "mes"."lot_activities"("work_order_id");

-- CreateIndex
CREATE INDEX "lot_activities_tenant_id_factory_id_recorded_at_id_idx" ON "mes"."lot_activities"("tenant_id", "factory_id", "recorded_at", "id");

-- CreateIndex
CREATE INDEX "lot_activity_lots_lot_id_idx" ON "mes"."lot_activity_lots"("lot_id");

-- AddForeignKey
ALTER TABLE "mes"."lot_activity_lots" ADD CONSTRAINT "lot_activity_lots_activity_id_fkey" FOREIGN KEY ("activity_id") REFERENCES "mes"."lot_activities"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.lot_activities');
SELECT secure_table('mes.lot_activity_lots');
SELECT secure_table('mes.lot_counters');
SELECT append_only('mes.lot_activities');
SELECT append_only('mes.lot_activity_lots');
SELECT append_only('mes.lot_edges');

ALTER TABLE "mes"."lot_activities"
  ADD CONSTRAINT "lot_activities_kind_check" CHECK (kind IN
    ('RECEIVE', 'TRANSFORM', 'SPLIT', 'MERGE', 'PACK', 'UNPACK', 'SHIP')),
  ADD CONSTRAINT "lot_activities_loss_quantity_check" CHECK (loss_quantity >= 0);
ALTER TABLE "mes"."lot_activity_lots"
  ADD CONSTRAINT "lot_activity_lots_role_check" CHECK (role IN ('INPUT', 'OUTPUT')),
  ADD CONSTRAINT "lot_activity_lots_quantity_check" CHECK (quantity > 0);

-- Walks level by level and opens every lot once, so that neither a cycle nor many ways to one lot make it longer.
-- Answers {"lots": [[id, depth, end]], "edges": [[input, output, activity]], "truncated"}; the first lot has depth 0.
CREATE FUNCTION "mes"."trace_lots"(start uuid, forward boolean, max_depth integer, max_lots integer)
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  max_edges constant integer := 50000;
  found uuid[] := ARRAY[start];
  depths integer[] := ARRAY[0];
  frontier uuid[] := ARRAY[start];
  level integer := 0;
  opened uuid[];
  reached uuid[];
  activities uuid[];
  edge_from uuid[] := '{}';
  edge_to uuid[] := '{}';
  edge_activity uuid[] := '{}';
  truncated boolean := false;
BEGIN
  LOOP
    IF forward THEN
      SELECT array_agg(e.input_lot_id), array_agg(e.output_lot_id), array_agg(e.activity_id)
        INTO opened, reached, activities
        FROM (SELECT * FROM mes.lot_edges WHERE input_lot_id = ANY (frontier) LIMIT max_edges + 1) e;
    ELSE
      SELECT array_agg(e.output_lot_id), array_agg(e.input_lot_id), array_agg(e.activity_id)
        INTO opened, reached, activities
        FROM (SELECT * FROM mes.lot_edges WHERE output_lot_id = ANY (frontier) LIMIT max_edges + 1) e;
    END IF;

    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO frontier
      FROM (SELECT unnest(reached) AS id EXCEPT SELECT unnest(found)) fresh;
    IF level = max_depth THEN
      truncated := frontier <> '{}';
      frontier := '{}';
    END IF;
    IF cardinality(found) + cardinality(frontier) > max_lots THEN
      truncated := true;
      frontier := frontier[1:max_lots - cardinality(found)];
    END IF;
    IF cardinality(edge_from) + coalesce(cardinality(opened), 0) > max_edges THEN
      truncated := true;
      EXIT;
    END IF;
    edge_from := edge_from || opened;
    edge_to := edge_to || reached;
    edge_activity := edge_activity || activities;

    EXIT WHEN frontier = '{}';
    level := level + 1;
    found := found || frontier;
    depths := depths || array_fill(level, ARRAY[cardinality(frontier)]);
  END LOOP;

  RETURN jsonb_build_object(
    'truncated', truncated,
    'lots', (
      SELECT jsonb_agg(jsonb_build_array(l.id, l.depth,
               CASE WHEN forward THEN NOT EXISTS (SELECT FROM mes.lot_edges WHERE input_lot_id = l.id)
                    ELSE NOT EXISTS (SELECT FROM mes.lot_edges WHERE output_lot_id = l.id) END) ORDER BY l.place)
        FROM unnest(found, depths) WITH ORDINALITY AS l(id, depth, place)),
    'edges', (
      SELECT coalesce(jsonb_agg(CASE WHEN forward THEN jsonb_build_array(e.opened, e.reached, e.activity)
                                     ELSE jsonb_build_array(e.reached, e.opened, e.activity) END ORDER BY e.place), '[]')
        FROM unnest(edge_from, edge_to, edge_activity) WITH ORDINALITY AS e(opened, reached, activity, place)
        JOIN unnest(found) AS f(id) ON f.id = e.reached));
END $$;

COMMENT ON FUNCTION "mes"."trace_lots"(uuid, boolean, integer, integer) IS
  'Every lot that something of a lot went into, or came from, with the fewest steps to it.';
