-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

COMMENT ON TABLE requests IS 'Commands that clients may send again: the same request id with the same body gets the first answer, until it is too old.';

-- The relay forgets those that are too old, of every tenant. Its role may be created later than this migration.
DO $$
BEGIN
  EXECUTE format('CREATE POLICY relay ON requests USING (current_user = %L)', current_schema() || '_relay');
END $$;
