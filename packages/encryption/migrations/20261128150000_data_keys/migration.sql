-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE TABLE data_keys (
  tenant_id   text        NOT NULL,
  id          text        NOT NULL CHECK (id ~ '^[A-Za-z0-9_-]{8}$'),
  wrapped     text        NOT NULL CHECK (wrapped ~ '^v1\.[^.]+\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{64}$'),
  created_at  timestamptz NOT NULL DEFAULT now(),
  retired_at  timestamptz,
  PRIMARY KEY (tenant_id, id)
);

-- What is written is written with one key of a tenant, however many processes want to make the first.
CREATE UNIQUE INDEX data_keys_current ON data_keys (tenant_id) WHERE retired_at IS NULL;

COMMENT ON TABLE data_keys IS 'The keys that marked columns are encrypted with, each wrapped by a master key, which is in no database.';
COMMENT ON COLUMN data_keys.wrapped IS 'v1.<id of the master key>.<nonce>.<key and tag>';
COMMENT ON COLUMN data_keys.retired_at IS 'Since when nothing new is encrypted with it.';

SELECT secure_table('data_keys');
-- The runtime role makes a key when a tenant has none; to retire, wrap anew or drop one takes the owner.
SELECT append_only('data_keys');

-- Whether the master keys fit is asked at every start, for all tenants, in the role of the relay.
DO $$
BEGIN
  EXECUTE format('CREATE POLICY key_check ON data_keys FOR SELECT USING (current_user = %L)', current_schema() || '_relay');
END $$;

CREATE FUNCTION encrypted_column(target regclass, marked name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  what text := format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (%I ~ %L)', target, marked || '_is_encrypted', marked,
    '^v1\.[A-Za-z0-9_-]{8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$');
BEGIN
  EXECUTE what;
EXCEPTION WHEN check_violation THEN
  -- Rows from before: nobody writes plaintext any more, and the next start encrypts what is there.
  EXECUTE what || ' NOT VALID';
END $$;

COMMENT ON FUNCTION encrypted_column(regclass, name) IS
  'Marks a text column: the table takes nothing in it that is not in the form of an encrypted value.';

-- pg_temp last: nobody may slip a temporary table or function in front of ours.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION encrypted_column(regclass, name) SET search_path = %I, pg_temp', current_schema());
  REVOKE ALL ON FUNCTION encrypted_column(regclass, name) FROM PUBLIC;
END $$;
