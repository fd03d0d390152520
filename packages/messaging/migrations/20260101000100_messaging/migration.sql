-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE TABLE outbox (
  id            bigserial   PRIMARY KEY,
  event_id      uuid        NOT NULL,
  tenant_id     text        NOT NULL,
  factory_id    text,
  routing_key   text        NOT NULL,
  aggregate_id  text        NOT NULL,
  envelope      jsonb       NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  sent_at       timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

-- A sequence gives out numbers before the commit: the relay reads by "unsent", never by "greater than the last".
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

COMMENT ON TABLE outbox IS 'Events written in the transaction of their cause; the relay hands them to the transport and marks them sent.';
COMMENT ON COLUMN outbox.aggregate_id IS 'The ordering key: events with the same one reach every consumer in the order of id.';

CREATE TABLE inbox (
  consumer      text        NOT NULL,
  event_id      uuid        NOT NULL,
  tenant_id     text        NOT NULL,
  processed_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
);

COMMENT ON TABLE inbox IS 'Which events a consumer has applied; written in the transaction of the effect, so that a repeat has none.';

CREATE TABLE mailbox (
  consumer         text        NOT NULL,
  event_id         uuid        NOT NULL,
  id               bigserial   NOT NULL,
  tenant_id        text        NOT NULL,
  factory_id       text,
  routing_key      text        NOT NULL,
  aggregate_id     text        NOT NULL,
  envelope         jsonb       NOT NULL,
  attempts         integer     NOT NULL DEFAULT 0,
  next_attempt_at  timestamptz NOT NULL DEFAULT now(),
  state            text        NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DEAD')),
  last_error       text,
  received_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX mailbox_pending ON mailbox (consumer, id) WHERE state = 'PENDING';
CREATE INDEX mailbox_waiting ON mailbox (consumer, aggregate_id, id) WHERE state = 'PENDING' AND attempts > 0;
CREATE INDEX mailbox_dead ON mailbox (consumer, id) WHERE state = 'DEAD';

COMMENT ON TABLE mailbox IS 'Events handed over inside one process, waiting for their consumer; DEAD ones failed for good and may be replayed.';

CREATE TABLE requests (
  tenant_id   text        NOT NULL,
  request_id  text        NOT NULL,
  command     text        NOT NULL,
  body_hash   text        NOT NULL,
  answer      jsonb,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, request_id)
);

CREATE INDEX requests_created ON requests (created_at);

COMMENT ON TABLE requests IS 'Commands that clients may send again: the same request id with the same body gets the first answer.';

SELECT secure_table('outbox');
SELECT secure_table('inbox');
SELECT secure_table('mailbox');
SELECT secure_table('requests');

-- The relay works for every tenant, on these two tables only. Its role may be created later than this migration.
DO $$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY ARRAY['outbox', 'mailbox'] LOOP
    EXECUTE format('CREATE POLICY relay ON %I USING (current_user = %L)', target, current_schema() || '_relay');
  END LOOP;
END $$;
