-- A small plant for the tests of this package.
CREATE TABLE machines (
  id text PRIMARY KEY,
  tenant_id text NOT NULL,
  factory_id text,
  name text NOT NULL CHECK (name <> '')
);
SELECT secure_table('machines');

CREATE TABLE readings (
  id uuid NOT NULL,
  tenant_id text NOT NULL,
  taken_at timestamptz NOT NULL,
  value numeric(18,4) NOT NULL,
  PRIMARY KEY (id, taken_at)
) PARTITION BY RANGE (taken_at);
SELECT ensure_month_partitions('readings', '2026-01-01', '2026-03-01');
SELECT secure_table('readings');

CREATE TABLE events (id uuid NOT NULL, tenant_id text NOT NULL, happened_at timestamptz NOT NULL) PARTITION BY RANGE (happened_at);
SELECT secure_table('events');

CREATE FUNCTION count_machines() RETURNS bigint LANGUAGE plpgsql STABLE AS $body$
DECLARE
  total bigint;
BEGIN
  SELECT count(*) INTO total FROM machines; -- a semicolon; inside a body
  RETURN total;
END $body$;
