-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE TABLE audit_entries (
  id          uuid        PRIMARY KEY,
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

COMMENT ON TABLE audit_entries IS 'Who did what, when and from where, with the old and the new state; written in the transaction of the command.';

SELECT secure_table('audit_entries');
