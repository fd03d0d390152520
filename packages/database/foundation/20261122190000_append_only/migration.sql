-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The owner answers for what he does; migrations may have to.
  IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only: its rows are never changed or removed', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

CREATE FUNCTION append_only(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DROP TRIGGER IF EXISTS append_only ON %s', target);
  EXECUTE format(
    'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', target);
END $$;

COMMENT ON FUNCTION append_only(regclass) IS
  'Marks a table whose rows are never changed: the runtime role is granted SELECT and INSERT on it and nothing else. '
  'Partitions need no mark of their own, because nobody is granted anything on them.';

-- pg_temp last: nobody may slip a temporary table or function in front of ours.
DO $$
DECLARE
  routine text;
BEGIN
  FOREACH routine IN ARRAY ARRAY['refuse_change()', 'append_only(regclass)'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', routine, current_schema());
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', routine);
  END LOOP;
END $$;
