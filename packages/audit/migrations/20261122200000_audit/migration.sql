-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE TABLE audit_entries (
  id          uuid        PRIMARY KEY,
  position    bigint      NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
  tenant_id   text        NOT NULL,
  factory_id  text,
  at          timestamptz NOT NULL,
  user_id     text        NOT NULL,
  origin      text,
  trace_id    text        NOT NULL,
  command     text        NOT NULL,
  entity      text        NOT NULL,
  entity_id   text        NOT NULL,
  before      jsonb,
  after       jsonb,
  reason      text
);

CREATE INDEX audit_entries_entity ON audit_entries (tenant_id, entity, entity_id, at);
CREATE INDEX audit_entries_at ON audit_entries (tenant_id, at, id);
CREATE INDEX audit_entries_user ON audit_entries (tenant_id, user_id, at);

COMMENT ON TABLE audit_entries IS 'Who did what, when and from where, with the old and the new state; written in the transaction of the command.';
COMMENT ON COLUMN audit_entries.position IS 'Tells the sealer where to look; given out before the commit, so a later number may be seen first.';

CREATE TABLE audit_seals (
  tenant_id      text        NOT NULL,
  seq            bigint      NOT NULL,
  entry_id       uuid        NOT NULL UNIQUE,
  entry_hash     bytea       NOT NULL,
  previous_hash  bytea       NOT NULL,
  hash           bytea       NOT NULL,
  all_below      bigint      NOT NULL,
  sealed_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);

CREATE INDEX audit_seals_all_below ON audit_seals (all_below);

COMMENT ON TABLE audit_seals IS 'A hash chain over the audit entries of each tenant, in the order in which the one sealer saw them; it begins with 32 zero bytes.';
COMMENT ON COLUMN audit_seals.hash IS 'sha256 of previous_hash and entry_hash.';
COMMENT ON COLUMN audit_seals.all_below IS 'Every entry, of any tenant, whose position is lower was sealed: where the next sealer begins to look.';

SELECT secure_table('audit_entries');
SELECT secure_table('audit_seals');
SELECT append_only('audit_entries');
SELECT append_only('audit_seals');

-- The sealer works for every tenant in the session of the relay, whose role may be created later than this migration.
DO $$
DECLARE
  sealer text := current_schema() || '_relay';
BEGIN
  EXECUTE format('CREATE POLICY sealer ON audit_entries FOR SELECT USING (current_user = %L)', sealer);
  EXECUTE format('CREATE POLICY sealer ON audit_seals USING (current_user = %L)', sealer);
END $$;
