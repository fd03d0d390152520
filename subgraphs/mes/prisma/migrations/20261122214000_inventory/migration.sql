-- CreateTable
CREATE TABLE "mes"."warehouses" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "warehouses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."stock_locations" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "warehouse_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "line_id" UUID,

    CONSTRAINT "stock_locations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."material_stock_settings" (
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "material_id" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "tracking" TEXT NOT NULL DEFAULT 'NONE',
    "issue_method" TEXT NOT NULL DEFAULT 'BACKFLUSH',
    "shelf_life_days" INTEGER,
    "gtin" TEXT,

    CONSTRAINT "material_stock_settings_pkey" PRIMARY KEY ("tenant_id","factory_id","material_id")
);

-- CreateTable
CREATE TABLE "mes"."stock_balances" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "warehouse_id" UUID NOT NULL,
    "material_id" TEXT NOT NULL,
    "location_id" UUID NOT NULL,
    "lot_id" UUID NOT NULL,
    "on_hand" DECIMAL(28,4) NOT NULL DEFAULT 0,
    "reserved" DECIMAL(28,4) NOT NULL DEFAULT 0,

    CONSTRAINT "stock_balances_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."stock_movements" (
    "id" UUID NOT NULL,
    "movement_id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "warehouse_id" UUID NOT NULL,
    "location_id" UUID NOT NULL,
    "material_id" TEXT NOT NULL,
    "lot_id" UUID,
    "quantity" DECIMAL(28,4) NOT NULL,
    "unit" TEXT,
    "work_order_id" UUID,
    "operation_id" UUID,
    "report_id" UUID,
    "reason" TEXT,
    "reference" TEXT,
    "request_id" TEXT,
    "moved_by" TEXT NOT NULL,
    "moved_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stock_movements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."stock_reservations" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "material_id" TEXT NOT NULL,
    "balance_id" UUID NOT NULL,
    "quantity" DECIMAL(28,4) NOT NULL,

    CONSTRAINT "stock_reservations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "warehouses_tenant_id_factory_id_code_key" ON "mes"."warehouses"("tenant_id", "factory_id", "code");

-- CreateIndex
CREATE INDEX "stock_locations_tenant_id_factory_id_purpose_idx" ON "mes"."stock_locations"("tenant_id", "factory_id", "purpose");

-- CreateIndex
CREATE UNIQUE INDEX "stock_locations_warehouse_id_code_key" ON "mes"."stock_locations"("warehouse_id", "code");

-- CreateIndex
CREATE INDEX "stock_balances_lot_id_idx" ON "mes"."stock_balances"("lot_id");

-- CreateIndex
CREATE UNIQUE INDEX "stock_balances_warehouse_id_material_id_location_id_lot_id_key" ON "mes"."stock_balances"("warehouse_id", "material_id", "location_id", "lot_id");

-- CreateIndex
CREATE INDEX "stock_movements_movement_id_idx" ON "mes"."stock_movements"("movement_id");

-- CreateIndex
CREATE INDEX "stock_movements_tenant_id_factory_id_moved_at_id_idx" ON "mes"."stock_movements"("tenant_id", "factory_id", "moved_at", "id");

-- CreateIndex
CREATE INDEX "stock_movements_work_order_id_material_id_idx" ON "mes"."stock_movements"("work_order_id", "material_id");

-- CreateIndex
CREATE INDEX "stock_movements_material_id_moved_at_id_idx" ON "mes"."stock_movements"("material_id", "moved_at", "id");

-- CreateIndex
CREATE INDEX "stock_movements_lot_id_idx" ON "mes"."stock_movements"("lot_id");

-- CreateIndex
CREATE INDEX "stock_reservations_balance_id_idx" ON "mes"."stock_reservations"("balance_id");

-- CreateIndex
CREATE UNIQUE INDEX "stock_reservations_work_order_id_balance_id_key" ON "mes"."stock_reservations"("work_order_id", "balance_id");

-- AddForeignKey
ALTER TABLE "mes"."stock_locations" ADD CONSTRAINT "stock_locations_warehouse_id_fkey" FOREIGN KEY ("warehouse_id") REFERENCES "mes"."warehouses"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."stock_balances" ADD CONSTRAINT "stock_balances_location_id_fkey" FOREIGN KEY ("location_id") REFERENCES "mes"."stock_locations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "mes"."stock_reservations" ADD CONSTRAINT "stock_reservations_balance_id_fkey" FOREIGN KEY ("balance_id") REFERENCES "mes"."stock_balances"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.warehouses');
SELECT secure_table('mes.stock_locations');
SELECT secure_table('mes.material_stock_settings');
SELECT secure_table('mes.stock_balances');
SELECT secure_table('mes.stock_movements');
SELECT secure_table('mes.stock_reservations');
SELECT append_only('mes.stock_movements');

ALTER TABLE "mes"."stock_locations" ADD CONSTRAINT "stock_locations_purpose_check" CHECK
  (purpose IN ('STORAGE', 'PRODUCTION', 'QUARANTINE', 'SHIPPING', 'SCRAP'));
ALTER TABLE "mes"."material_stock_settings"
  ADD CONSTRAINT "material_stock_settings_tracking_check" CHECK (tracking IN ('NONE', 'LOT', 'SERIAL')),
  ADD CONSTRAINT "material_stock_settings_issue_method_check" CHECK (issue_method IN ('BACKFLUSH', 'MANUAL')),
  ADD CONSTRAINT "material_stock_settings_shelf_life_days_check" CHECK (shelf_life_days > 0);
ALTER TABLE "mes"."stock_movements"
  ADD CONSTRAINT "stock_movements_kind_check" CHECK (kind IN ('RECEIVE', 'ISSUE', 'CONSUME', 'PRODUCE', 'RETURN',
    'TRANSFER', 'SCRAP', 'ADJUST', 'RECLASSIFY', 'SHIP')),
  ADD CONSTRAINT "stock_movements_quantity_check" CHECK (quantity <> 0);
ALTER TABLE "mes"."stock_balances" ADD CONSTRAINT "stock_balances_reserved_check" CHECK (reserved >= 0);
ALTER TABLE "mes"."stock_reservations" ADD CONSTRAINT "stock_reservations_quantity_check" CHECK (quantity > 0);

-- The balance read asks for nothing else, so it reads the index alone. (Prisma's engine knows no INCLUDE and takes its
-- columns for keys; indexes with a condition it leaves alone.)
CREATE INDEX "stock_balances_material_id_warehouse_id_idx" ON "mes"."stock_balances" ("material_id", "warehouse_id")
  INCLUDE ("tenant_id", "factory_id", "location_id", "lot_id", "on_hand", "reserved")
  WHERE "on_hand" <> 0 OR "reserved" <> 0;

-- How many of `unit` one of `given` is; null when the one cannot be counted in the other.
CREATE FUNCTION "mes"."unit_factor"(given text, unit text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN given = unit THEN 1 ELSE (
    SELECT a.size / b.size
      FROM (VALUES ('mass', 'mg', 0.000001), ('mass', 'g', 0.001), ('mass', 'kg', 1), ('mass', 't', 1000),
                   ('length', 'mm', 0.001), ('length', 'cm', 0.01), ('length', 'm', 1), ('length', 'km', 1000),
                   ('volume', 'ml', 0.001), ('volume', 'l', 1), ('volume', 'm3', 1000),
                   ('count', 'pcs', 1), ('count', 'pc', 1), ('count', 'ea', 1)) AS a(dimension, name, size)
      JOIN (VALUES ('mass', 'mg', 0.000001), ('mass', 'g', 0.001), ('mass', 'kg', 1), ('mass', 't', 1000),
                   ('length', 'mm', 0.001), ('length', 'cm', 0.01), ('length', 'm', 1), ('length', 'km', 1000),
                   ('volume', 'ml', 0.001), ('volume', 'l', 1), ('volume', 'm3', 1000),
                   ('count', 'pcs', 1), ('count', 'pc', 1), ('count', 'ea', 1)) AS b(dimension, name, size)
        USING (dimension)
     WHERE a.name = lower(given) AND b.name = lower(unit)) END $$;

-- The earliest expiry with which a lot of the plant may still be used: today, or any where the plant does not mind.
CREATE FUNCTION "mes"."first_usable_expiry"(factory text, at timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN coalesce(f.policies->>'expiredLot', 'BLOCK') = 'BLOCK' THEN (at AT TIME ZONE f.time_zone)::date
              ELSE '-infinity'::date END
    FROM mes.factories f WHERE f.tenant_id = (SELECT mes.current_tenant()) AND f.factory_id = factory $$;

-- Makes the balances that these rows will move where there are none yet, and locks them, and those in which stock is
-- kept for the orders that take it. Everybody makes them in one order and then locks them in one order: no deadlocks.
CREATE FUNCTION "mes"."lock_stock"(keys jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mes.stock_balances (id, tenant_id, factory_id, warehouse_id, location_id, material_id, lot_id)
  SELECT gen_random_uuid(), l.tenant_id, l.factory_id, l.warehouse_id, l.id, k.material_id, k.lot_id
    FROM (SELECT DISTINCT location_id, material_id, coalesce(lot_id, '00000000-0000-0000-0000-000000000000') AS lot_id
            FROM jsonb_to_recordset(keys) AS r(location_id uuid, material_id text, lot_id uuid)) k
    JOIN mes.stock_locations l ON l.id = k.location_id
   WHERE NOT EXISTS (
     SELECT FROM mes.stock_balances b
      WHERE b.warehouse_id = l.warehouse_id AND b.material_id = k.material_id AND b.location_id = k.location_id
        AND b.lot_id = k.lot_id)
   ORDER BY l.id, k.material_id, k.lot_id
  ON CONFLICT DO NOTHING;

  PERFORM FROM mes.stock_balances
   WHERE id IN (
     SELECT b.id
       FROM jsonb_to_recordset(keys) AS k(location_id uuid, material_id text, lot_id uuid)
       JOIN mes.stock_locations l ON l.id = k.location_id
       JOIN mes.stock_balances b ON b.warehouse_id = l.warehouse_id AND b.material_id = k.material_id
        AND b.location_id = k.location_id AND b.lot_id = coalesce(k.lot_id, '00000000-0000-0000-0000-000000000000')
     UNION
     SELECT r.balance_id
       FROM jsonb_to_recordset(keys) AS k(work_order_id uuid, material_id text)
       JOIN mes.stock_reservations r ON r.work_order_id = k.work_order_id AND r.material_id = k.material_id)
   ORDER BY id FOR NO KEY UPDATE;
END $$;

COMMENT ON FUNCTION "mes"."lock_stock"(jsonb) IS 'Makes and locks balances, in one order for everybody.';

-- Takes what an order used out of what is kept for it: at the place of use first, then wherever else. Locks are held.
CREATE FUNCTION "mes"."use_reservations"(used_by uuid, material text, at_balance uuid, quantity numeric, elsewhere boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  kept record;
  open numeric := quantity;
  used numeric;
BEGIN
  FOR kept IN
    SELECT r.id, r.balance_id, r.quantity FROM mes.stock_reservations r
     WHERE r.work_order_id = used_by AND r.material_id = material AND (elsewhere OR r.balance_id = at_balance)
     ORDER BY r.balance_id = at_balance DESC, r.id
  LOOP
    EXIT WHEN open <= 0;
    used := least(kept.quantity, open);
    open := open - used;
    IF used = kept.quantity THEN
      DELETE FROM mes.stock_reservations WHERE id = kept.id;
    ELSE
      UPDATE mes.stock_reservations r SET quantity = r.quantity - used WHERE r.id = kept.id;
    END IF;
    UPDATE mes.stock_balances b SET reserved = b.reserved - used WHERE b.id = kept.balance_id;
  END LOOP;
END $$;

-- Takes ledger rows; those with one movement_id belong together. Either all are posted or none, and every movement is
-- answered: {"movementId", "outcome": "POSTED" | "SHORT" (posted, though the place held less) | "REFUSED" |
-- "NOT_POSTED" (another one was refused), "locationId", "materialId", "lotId", "limit", "actual"}.
-- `mode` BLOCK refuses to take more than there is. What is kept for others is not there, except for stock that is
-- found missing, spoilt or to be something else.
CREATE FUNCTION "mes"."post_movements"(movements jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  tenant text := mes.current_tenant();
  answers jsonb;
  mover record;
BEGIN
  PERFORM mes.lock_stock(movements);

  WITH given AS (
    SELECT m.*, b.id AS balance_id, b.on_hand, b.reserved
      FROM jsonb_to_recordset(movements) AS m(movement_id uuid, kind text, mode text, location_id uuid, material_id text,
             lot_id uuid, quantity numeric, work_order_id uuid)
      JOIN mes.stock_locations l ON l.id = m.location_id
      JOIN mes.stock_balances b ON b.warehouse_id = l.warehouse_id AND b.material_id = m.material_id
       AND b.location_id = m.location_id AND b.lot_id = coalesce(m.lot_id, '00000000-0000-0000-0000-000000000000')
  ), takes AS (
    SELECT g.balance_id, sum(-g.quantity) AS actual,
           min(g.on_hand) - CASE WHEN bool_or(g.kind IN ('ISSUE', 'CONSUME', 'TRANSFER', 'RETURN', 'SHIP'))
             THEN min(g.reserved) - coalesce((SELECT sum(r.quantity) FROM mes.stock_reservations r
                    WHERE r.balance_id = g.balance_id AND r.work_order_id = ANY (array_agg(g.work_order_id))), 0)
             ELSE 0 END AS free
      FROM given g WHERE g.quantity < 0 GROUP BY g.balance_id
  ), short AS (
    SELECT DISTINCT ON (g.movement_id) g.movement_id, g.mode, g.location_id, g.material_id, g.lot_id, t.actual,
           greatest(t.free, 0) AS free
      FROM given g JOIN takes t USING (balance_id)
     WHERE g.quantity < 0 AND t.actual > t.free AND g.mode <> 'ALLOW'
     ORDER BY g.movement_id, g.mode
  )
  SELECT jsonb_agg(jsonb_build_object(
           'movementId', m.movement_id,
           'outcome', CASE WHEN s.mode = 'BLOCK' THEN 'REFUSED'
                           WHEN EXISTS (SELECT FROM short WHERE mode = 'BLOCK') THEN 'NOT_POSTED'
                           WHEN s.mode = 'WARN' THEN 'SHORT' ELSE 'POSTED' END,
           'locationId', s.location_id, 'materialId', s.material_id, 'lotId', s.lot_id,
           'limit', trim_scale(s.free)::text, 'actual', trim_scale(s.actual)::text))
    INTO answers
    FROM (SELECT DISTINCT movement_id FROM given) m LEFT JOIN short s USING (movement_id);

  IF answers IS NULL OR answers @> '[{"outcome": "REFUSED"}]' THEN
    RETURN coalesce(answers, '[]');
  END IF;

  INSERT INTO mes.stock_movements (id, movement_id, tenant_id, factory_id, kind, warehouse_id, location_id, material_id,
    lot_id, quantity, unit, work_order_id, operation_id, reason, reference, request_id, moved_by, moved_at)
  SELECT m.id, m.movement_id, tenant, l.factory_id, m.kind, l.warehouse_id, l.id, m.material_id, m.lot_id, m.quantity,
         s.unit, m.work_order_id, m.operation_id, m.reason, m.reference, m.request_id, m.moved_by, m.moved_at
    FROM jsonb_to_recordset(movements) AS m(id uuid, movement_id uuid, kind text, location_id uuid, material_id text,
           lot_id uuid, quantity numeric, work_order_id uuid, operation_id uuid, reason text, reference text,
           request_id text, moved_by text, moved_at timestamptz)
    JOIN mes.stock_locations l ON l.id = m.location_id
    LEFT JOIN mes.material_stock_settings s
      ON s.tenant_id = tenant AND s.factory_id = l.factory_id AND s.material_id = m.material_id;

  UPDATE mes.stock_balances b SET on_hand = b.on_hand + s.quantity
    FROM (SELECT l.warehouse_id, m.material_id, m.location_id,
                 coalesce(m.lot_id, '00000000-0000-0000-0000-000000000000') AS lot_id, sum(m.quantity) AS quantity
            FROM jsonb_to_recordset(movements) AS m(location_id uuid, material_id text, lot_id uuid, quantity numeric)
            JOIN mes.stock_locations l ON l.id = m.location_id
           GROUP BY 1, 2, 3, 4) s
   WHERE b.warehouse_id = s.warehouse_id AND b.material_id = s.material_id AND b.location_id = s.location_id
     AND b.lot_id = s.lot_id;

  -- What goes to an order uses what was kept for it; what is issued stays its own at the place where it now lies.
  FOR mover IN
    SELECT m.kind, m.work_order_id, m.material_id, m.quantity, b.id AS balance_id, b.factory_id
      FROM jsonb_to_recordset(movements) AS m(kind text, location_id uuid, material_id text, lot_id uuid, quantity numeric,
             work_order_id uuid)
      JOIN mes.stock_locations l ON l.id = m.location_id
      JOIN mes.stock_balances b ON b.warehouse_id = l.warehouse_id AND b.material_id = m.material_id
       AND b.location_id = m.location_id AND b.lot_id = coalesce(m.lot_id, '00000000-0000-0000-0000-000000000000')
     WHERE m.work_order_id IS NOT NULL
       AND (m.quantity < 0 AND m.kind IN ('ISSUE', 'CONSUME', 'RETURN') OR m.quantity > 0 AND m.kind = 'ISSUE')
     ORDER BY m.quantity
  LOOP
    IF mover.quantity < 0 THEN
      PERFORM mes.use_reservations(mover.work_order_id, mover.material_id, mover.balance_id, -mover.quantity,
                                   mover.kind <> 'RETURN');
    ELSE
      INSERT INTO mes.stock_reservations AS r (id, tenant_id, factory_id, work_order_id, material_id, balance_id, quantity)
      VALUES (gen_random_uuid(), tenant, mover.factory_id, mover.work_order_id, mover.material_id, mover.balance_id,
              mover.quantity)
      ON CONFLICT (work_order_id, balance_id) DO UPDATE SET quantity = r.quantity + excluded.quantity;
      UPDATE mes.stock_balances b SET reserved = b.reserved + mover.quantity WHERE b.id = mover.balance_id;
    END IF;
  END LOOP;

  -- Where the lot that the order makes is known, what it took went into that.
  INSERT INTO mes.lot_edges (input_lot_id, output_lot_id, tenant_id, factory_id, created_at)
  SELECT DISTINCT m.lot_id, w.output_lot_id, tenant, w.factory_id, now()
    FROM jsonb_to_recordset(movements) AS m(kind text, lot_id uuid, work_order_id uuid)
    JOIN mes.work_orders w ON w.id = m.work_order_id
   WHERE m.kind = 'CONSUME' AND m.lot_id IS NOT NULL AND w.output_lot_id <> m.lot_id
  ON CONFLICT DO NOTHING;

  RETURN answers;
END $$;

COMMENT ON FUNCTION "mes"."post_movements"(jsonb) IS
  'The one way for deliberate movements into the ledger and the balances: all of them, or none.';

-- For report_production, after the rows of the reports are there: takes the materials of the reported pieces from the
-- line side, by the bill of materials as it was at release, and gives back what was taken where pieces are taken back.
-- It never refuses: the piece exists, so its materials were used, whatever the books say is there. What no lot covers
-- is taken without one.
-- reports: [{report_id, work_order_id, operation_id, pieces, at, by}]; answers the ids of the materials that moved.
CREATE FUNCTION "mes"."backflush_reports"(reports jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  tenant text := mes.current_tenant();
  no_lot uuid := '00000000-0000-0000-0000-000000000000';
  needs jsonb;
  need record;
  part record;
  open numeric;
BEGIN
  SELECT jsonb_agg(jsonb_build_object(
           'place', r.place, 'report_id', r.report_id, 'work_order_id', w.id, 'operation_id', o.id, 'at', r.at, 'moved_by', r.by,
           'factory_id', w.factory_id, 'material_id', m.material_id, 'output_lot_id', w.output_lot_id,
           'unit', coalesce(s.unit, m.unit), 'warehouse_id', l.warehouse_id, 'location_id', l.id,
           'quantity', round(r.pieces * m.quantity_per_piece * mes.unit_factor(m.unit, coalesce(s.unit, m.unit)), 4),
           'is_lot', r.pieces < 0 OR EXISTS (
             SELECT FROM mes.stock_balances b
              WHERE b.warehouse_id = l.warehouse_id AND b.material_id = m.material_id AND b.location_id = l.id
                AND b.lot_id <> no_lot AND b.on_hand > 0),
           'first_expiry', CASE WHEN coalesce(w.policies->>'expiredLot', f.policies->>'expiredLot', 'BLOCK') = 'BLOCK'
             THEN (r.at AT TIME ZONE f.time_zone)::date ELSE '-infinity'::date END))
    INTO needs
    FROM ROWS FROM (jsonb_to_recordset(reports) AS (
           report_id uuid, work_order_id uuid, operation_id uuid, pieces numeric, at timestamptz, by text
         )) WITH ORDINALITY AS r(report_id, work_order_id, operation_id, pieces, at, by, place)
    JOIN mes.work_order_materials m ON m.operation_id = r.operation_id AND m.work_order_id = r.work_order_id
    JOIN mes.work_orders w ON w.id = m.work_order_id
    JOIN mes.work_order_operations o ON o.id = m.operation_id
    JOIN mes.factories f ON f.tenant_id = w.tenant_id AND f.factory_id = w.factory_id
    LEFT JOIN mes.stations st ON st.id = o.station_id
    LEFT JOIN mes.material_stock_settings s
      ON s.tenant_id = tenant AND s.factory_id = w.factory_id AND s.material_id = m.material_id
    -- The place beside the line where the operation is done; else one that all lines share.
    CROSS JOIN LATERAL (
      SELECT p.id, p.warehouse_id FROM mes.stock_locations p
       WHERE p.tenant_id = tenant AND p.factory_id = w.factory_id AND p.purpose = 'PRODUCTION'
         AND (p.line_id IS NULL OR p.line_id = st.line_id)
       ORDER BY p.line_id IS NULL, p.id LIMIT 1) l
   -- A unit that the stock is not counted in says nothing about how much was used.
   WHERE coalesce(s.issue_method, 'BACKFLUSH') = 'BACKFLUSH'
     AND round(r.pieces * m.quantity_per_piece * mes.unit_factor(m.unit, coalesce(s.unit, m.unit)), 4) <> 0;
  IF needs IS NULL THEN RETURN '[]'; END IF;

  PERFORM mes.lock_stock(needs || coalesce((
    SELECT jsonb_agg(to_jsonb(k)) FROM (
      SELECT b.location_id, b.material_id, b.lot_id
        FROM jsonb_to_recordset(needs) AS n(warehouse_id uuid, location_id uuid, material_id text, is_lot boolean)
        JOIN mes.stock_balances b ON b.warehouse_id = n.warehouse_id AND b.material_id = n.material_id
         AND b.location_id = n.location_id AND b.on_hand > 0
       WHERE n.is_lot
      UNION
      SELECT v.location_id, v.material_id, v.lot_id
        FROM jsonb_to_recordset(needs) AS n(work_order_id uuid, operation_id uuid, material_id text, quantity numeric)
        JOIN mes.stock_movements v ON v.work_order_id = n.work_order_id AND v.material_id = n.material_id
         AND v.operation_id = n.operation_id AND v.report_id IS NOT NULL
       WHERE n.quantity < 0) k), '[]'));

  -- Most materials have no lots: all of theirs at once.
  INSERT INTO mes.stock_movements (id, movement_id, tenant_id, factory_id, kind, warehouse_id, location_id, material_id,
    quantity, unit, work_order_id, operation_id, report_id, moved_by, moved_at)
  SELECT n.id, n.id, tenant, n.factory_id, 'CONSUME', n.warehouse_id, n.location_id, n.material_id, -n.quantity, n.unit,
         n.work_order_id, n.operation_id, n.report_id, n.moved_by, n.at
    FROM (SELECT gen_random_uuid() AS id, r.*
            FROM jsonb_to_recordset(needs) AS r(report_id uuid, work_order_id uuid, operation_id uuid, at timestamptz,
                   moved_by text, factory_id text, material_id text, unit text, warehouse_id uuid, location_id uuid,
                   quantity numeric, is_lot boolean)
           WHERE NOT r.is_lot) n;
  UPDATE mes.stock_balances b SET on_hand = b.on_hand - s.quantity
    FROM (SELECT n.warehouse_id, n.material_id, n.location_id, sum(n.quantity) AS quantity
            FROM jsonb_to_recordset(needs) AS n(warehouse_id uuid, location_id uuid, material_id text, quantity numeric,
                   is_lot boolean)
           WHERE NOT n.is_lot GROUP BY 1, 2, 3) s
   WHERE b.warehouse_id = s.warehouse_id AND b.material_id = s.material_id AND b.location_id = s.location_id
     AND b.lot_id = no_lot;
  PERFORM mes.use_reservations(n.work_order_id, n.material_id, b.id, sum(n.quantity), true)
     FROM jsonb_to_recordset(needs) AS n(work_order_id uuid, warehouse_id uuid, location_id uuid, material_id text,
            quantity numeric, is_lot boolean)
     JOIN mes.stock_balances b ON b.warehouse_id = n.warehouse_id AND b.material_id = n.material_id
      AND b.location_id = n.location_id AND b.lot_id = no_lot
    WHERE NOT n.is_lot
      AND EXISTS (SELECT FROM mes.stock_reservations r
                   WHERE r.work_order_id = n.work_order_id AND r.material_id = n.material_id)
    GROUP BY n.work_order_id, n.material_id, b.id;

  FOR need IN
    SELECT * FROM jsonb_to_recordset(needs) AS n(place bigint, report_id uuid, work_order_id uuid, operation_id uuid,
             at timestamptz, moved_by text, factory_id text, material_id text, output_lot_id uuid, unit text, warehouse_id uuid,
             location_id uuid, quantity numeric, is_lot boolean, first_expiry date)
     WHERE n.is_lot ORDER BY n.place, n.material_id
  LOOP
    open := abs(need.quantity);
    FOR part IN
      -- What is taken: first what is kept for the order, then what expires first; the rest without a lot.
      SELECT b.id AS balance_id, b.warehouse_id, b.location_id, nullif(b.lot_id, no_lot) AS lot_id,
             CASE WHEN b.lot_id = no_lot THEN NULL ELSE b.on_hand - b.reserved + coalesce(k.quantity, 0) END AS free
        FROM mes.stock_balances b
        LEFT JOIN mes.lots t ON t.id = b.lot_id
        LEFT JOIN mes.stock_reservations k ON k.balance_id = b.id AND k.work_order_id = need.work_order_id
       WHERE need.quantity > 0 AND b.warehouse_id = need.warehouse_id AND b.material_id = need.material_id
         AND b.location_id = need.location_id
         AND (b.lot_id = no_lot OR b.on_hand > 0 AND t.status = 'AVAILABLE'
              AND (t.expires_on IS NULL OR t.expires_on >= need.first_expiry))
       ORDER BY b.lot_id = no_lot, k.quantity IS NULL, t.expires_on NULLS LAST, t.created_at, t.id
    LOOP
      part.free := least(coalesce(part.free, open), open);
      CONTINUE WHEN part.free <= 0;
      open := open - part.free;
      INSERT INTO mes.stock_movements (id, movement_id, tenant_id, factory_id, kind, warehouse_id, location_id,
        material_id, lot_id, quantity, unit, work_order_id, operation_id, report_id, moved_by, moved_at)
      SELECT v.id, v.id, tenant, need.factory_id, 'CONSUME', part.warehouse_id, part.location_id, need.material_id,
             part.lot_id, -part.free, need.unit, need.work_order_id, need.operation_id, need.report_id, need.moved_by, need.at
        FROM (SELECT gen_random_uuid() AS id) v;
      UPDATE mes.stock_balances b SET on_hand = b.on_hand - part.free WHERE b.id = part.balance_id;
      PERFORM mes.use_reservations(need.work_order_id, need.material_id, part.balance_id, part.free, true);
      INSERT INTO mes.lot_edges (input_lot_id, output_lot_id, tenant_id, factory_id, created_at)
      SELECT part.lot_id, need.output_lot_id, tenant, need.factory_id, need.at
       WHERE part.lot_id <> need.output_lot_id
      ON CONFLICT DO NOTHING;
    END LOOP;

    IF need.quantity < 0 THEN
      -- Never more than the order used, whoever gave some of it back before.
      open := least(open, (SELECT greatest(-sum(v.quantity), 0) FROM mes.stock_movements v
                            WHERE v.work_order_id = need.work_order_id AND v.material_id = need.material_id
                              AND v.kind IN ('CONSUME', 'RETURN')));
    END IF;
    FOR part IN
      -- What is given back: what the corrected report took, then what was taken last, to where it came from.
      SELECT v.warehouse_id, v.location_id, v.lot_id, -sum(v.quantity) AS used
        FROM mes.stock_movements v
       WHERE need.quantity < 0 AND v.work_order_id = need.work_order_id AND v.material_id = need.material_id
         AND v.operation_id = need.operation_id AND v.report_id IS NOT NULL
       GROUP BY v.warehouse_id, v.location_id, v.lot_id HAVING sum(v.quantity) < 0
       ORDER BY bool_or(v.report_id = (SELECT p.correction_of FROM mes.production_reports p
                                        WHERE p.id = need.report_id)) DESC NULLS LAST,
                max(v.moved_at) FILTER (WHERE v.kind = 'CONSUME') DESC, min(v.moved_at) DESC, v.lot_id DESC NULLS FIRST
    LOOP
      EXIT WHEN open <= 0;
      part.used := least(part.used, open);
      open := open - part.used;
      INSERT INTO mes.stock_movements (id, movement_id, tenant_id, factory_id, kind, warehouse_id, location_id,
        material_id, lot_id, quantity, unit, work_order_id, operation_id, report_id, moved_by, moved_at)
      SELECT v.id, v.id, tenant, need.factory_id, 'RETURN', part.warehouse_id, part.location_id, need.material_id,
             part.lot_id, part.used, need.unit, need.work_order_id, need.operation_id, need.report_id, need.moved_by, need.at
        FROM (SELECT gen_random_uuid() AS id) v;
      UPDATE mes.stock_balances b SET on_hand = b.on_hand + part.used
       WHERE b.warehouse_id = part.warehouse_id AND b.material_id = need.material_id
         AND b.location_id = part.location_id AND b.lot_id = coalesce(part.lot_id, no_lot);
    END LOOP;
  END LOOP;

  RETURN (SELECT jsonb_agg(DISTINCT n.material_id) FROM jsonb_to_recordset(needs) AS n(material_id text));
END $$;

COMMENT ON FUNCTION "mes"."backflush_reports"(jsonb) IS
  'Takes the materials of reported pieces from the line side, first expired first out, and never refuses.';
