-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE FUNCTION current_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(pg_catalog.current_setting('app.tenant_id', true), '') $$;

COMMENT ON FUNCTION current_tenant() IS 'The tenant this connection works for; NULL when none is set, and then no row is visible.';

CREATE FUNCTION visible_factories() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT string_to_array(nullif(pg_catalog.current_setting('app.factory_ids', true), ''), ',') $$;

COMMENT ON FUNCTION visible_factories() IS 'The factories this connection may see. {*} is every factory of the tenant, for work of the system itself.';

CREATE FUNCTION factory_visible(factory_id text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(f.ids = '{*}' OR factory_id = ANY (f.ids), false) FROM (SELECT visible_factories() AS ids) f $$;

COMMENT ON FUNCTION factory_visible(text) IS 'Whether rows of this factory are visible to this connection.';

CREATE FUNCTION secure_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  child regclass;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('DROP POLICY IF EXISTS tenant ON %s', target);
  -- A sub-select is evaluated once per statement, a bare function call once per row.
  EXECUTE format('CREATE POLICY tenant ON %s USING (tenant_id = (SELECT current_tenant()))', target);

  EXECUTE format('DROP POLICY IF EXISTS factory ON %s', target);
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = 'factory_id' AND NOT attisdropped) THEN
    EXECUTE format(
      'CREATE POLICY factory ON %s AS RESTRICTIVE USING (
         factory_id IS NULL
         OR (SELECT visible_factories() = ''{*}'')
         OR factory_id = ANY ((SELECT visible_factories())::text[]))', target);
  END IF;

  -- Policies are not inherited: without its own, a partition read by name would show every tenant.
  FOR child IN SELECT relid FROM pg_partition_tree(target) WHERE relid <> target LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', child);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', child);
  END LOOP;
END $$;

COMMENT ON FUNCTION secure_table(regclass) IS
  'Forces row-level security: only rows of the current tenant and, with a factory_id column, of the visible factories.';

CREATE FUNCTION ensure_month_partitions(parent regclass, first_month date, last_month date)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  namespace text;
  parent_name text;
  parent_owner oid;
  own_namespace oid;
  parent_namespace oid;
  month date;
  child text;
  grantee text;
  created integer := 0;
  missing date[] := '{}';
  first_day date := date_trunc('month', first_month::timestamp)::date;
  last_day date := date_trunc('month', last_month::timestamp)::date;
BEGIN
  IF first_day IS NULL OR last_day IS NULL OR first_day > last_day THEN
    RAISE EXCEPTION 'the months % to % are no range', first_month, last_month USING ERRCODE = '22023';
  END IF;
  IF first_day < DATE '2000-01-01' OR last_day > date_trunc('month', now() AT TIME ZONE 'UTC') + interval '24 months' THEN
    RAISE EXCEPTION 'partitions may be made from 2000-01 to 24 months ahead, not for % to %', first_month, last_month
      USING ERRCODE = '22023';
  END IF;
  IF first_day + interval '60 months' <= last_day THEN
    RAISE EXCEPTION 'at most 60 months at a time, not % to %', first_month, last_month USING ERRCODE = '22023';
  END IF;

  SELECT pronamespace INTO own_namespace FROM pg_proc
   WHERE proname = 'ensure_month_partitions' AND pronamespace = current_schema()::regnamespace LIMIT 1;
  SELECT n.nspname, c.relname, c.relowner, c.relnamespace INTO namespace, parent_name, parent_owner, parent_namespace
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_partitioned_table p ON p.partrelid = c.oid AND p.partstrat = 'r' AND p.partnatts = 1
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] AND a.atttypid = 'timestamptz'::regtype
   WHERE c.oid = parent;
  IF NOT FOUND OR parent_namespace IS DISTINCT FROM own_namespace THEN
    RAISE EXCEPTION '% is not partitioned by an instant in this schema', parent USING ERRCODE = '42809';
  END IF;
  -- The owner decides which tables are cut by month, by making their first partitions in a migration.
  IF NOT pg_has_role(session_user, parent_owner, 'MEMBER') AND NOT EXISTS (
    SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = parent AND c.relname ~ ('^' || parent_name || '_p[0-9]{6}$')
  ) THEN
    RAISE EXCEPTION '% has no month partitions yet; the first ones are made by a migration', parent USING ERRCODE = '42501';
  END IF;
  IF octet_length(parent_name) > 55 THEN
    RAISE EXCEPTION 'the name of % is too long for its partitions', parent USING ERRCODE = '42622';
  END IF;

  -- Usually nothing is missing, and then nobody waits for the lock.
  SELECT coalesce(array_agg(m::date ORDER BY m), '{}') INTO missing
    FROM generate_series(first_day::timestamp, last_day::timestamp, interval '1 month') m
   WHERE to_regclass(format('%I.%I', namespace, parent_name || '_p' || to_char(m, 'YYYYMM'))) IS NULL;
  IF missing = '{}' THEN
    RETURN 0;
  END IF;

  PERFORM pg_advisory_xact_lock(hashtextextended('month partitions', parent::oid::bigint));
  FOREACH month IN ARRAY missing LOOP
    child := parent_name || '_p' || to_char(month, 'YYYYMM');
    -- Not to_regclass: it may still remember from before the wait that there was no such table.
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = namespace AND c.relname = child
    );

    -- ATTACH lets readers and writers of the parent go on; CREATE TABLE … PARTITION OF would stop them.
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', namespace, child, parent);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)', parent, namespace, child,
      to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
      to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', namespace, child);
    EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', namespace, child);
    FOR grantee IN
      SELECT DISTINCT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END
        FROM pg_class c, aclexplode(c.relacl) x
       WHERE c.oid = format('%I.%I', namespace, child)::regclass AND x.grantee <> c.relowner
    LOOP
      EXECUTE format('REVOKE ALL ON %I.%I FROM %s', namespace, child, grantee);
    END LOOP;
    created := created + 1;
  END LOOP;
  RETURN created;
END $$;

COMMENT ON FUNCTION ensure_month_partitions(regclass, date, date) IS
  'Makes the missing month partitions (UTC) of a table and answers how many it made; safe to call at any time.';

-- pg_temp last: nobody may slip a temporary table or function in front of ours.
DO $$
DECLARE
  routine text;
BEGIN
  FOREACH routine IN ARRAY ARRAY['secure_table(regclass)', 'ensure_month_partitions(regclass, date, date)'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', routine, current_schema());
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', routine);
  END LOOP;
END $$;
