-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE TABLE dead_letters (
  id            uuid        PRIMARY KEY,
  consumer      text        NOT NULL,
  event_id      uuid        NOT NULL,
  tenant_id     text        NOT NULL,
  factory_id    text,
  routing_key   text        NOT NULL,
  event_type    text,
  aggregate_id  text        NOT NULL,
  envelope      jsonb,
  body          bytea,
  attempts      integer     NOT NULL,
  last_error    text        NOT NULL,
  state         text        NOT NULL DEFAULT 'DEAD' CHECK (state IN ('DEAD', 'REPLAYING', 'RESOLVED', 'DISCARDED')),
  since         timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  settled_at    timestamptz(3),
  settled_by    text,
  reason        text,
  CHECK (envelope IS NOT NULL OR body IS NOT NULL)
);

CREATE UNIQUE INDEX dead_letters_event ON dead_letters (consumer, event_id);
CREATE INDEX dead_letters_open ON dead_letters (tenant_id, since, id) WHERE state IN ('DEAD', 'REPLAYING');

COMMENT ON TABLE dead_letters IS 'Events that a consumer failed for good, until somebody has them tried again or decides that they shall have no effect.';
COMMENT ON COLUMN dead_letters.tenant_id IS 'Empty where it cannot be read: then no tenant sees the letter, only the administrator of the system.';
COMMENT ON COLUMN dead_letters.event_id IS 'Made of the body where none can be read, so that what is delivered twice is kept once.';
COMMENT ON COLUMN dead_letters.body IS 'What arrived, where it is no event.';

INSERT INTO dead_letters (id, consumer, event_id, tenant_id, factory_id, routing_key, event_type, aggregate_id, envelope, attempts, last_error, since)
SELECT gen_random_uuid(), consumer, event_id, tenant_id, factory_id, routing_key, envelope->>'event_type', aggregate_id, envelope,
       attempts, coalesce(last_error, 'unknown'), next_attempt_at
  FROM mailbox WHERE state = 'DEAD';
DELETE FROM mailbox WHERE state = 'DEAD';

DROP INDEX mailbox_pending, mailbox_waiting, mailbox_dead;
ALTER TABLE mailbox DROP COLUMN state;
ALTER TABLE mailbox
  ADD COLUMN held boolean NOT NULL DEFAULT false,
  ADD COLUMN dead_letter_id uuid;

CREATE INDEX mailbox_in_order ON mailbox (consumer, id);
CREATE INDEX mailbox_waiting ON mailbox (consumer, aggregate_id, id) WHERE attempts > 0;
CREATE INDEX mailbox_held ON mailbox (consumer, aggregate_id) WHERE held;

COMMENT ON TABLE mailbox IS 'Events that wait for their consumer: handed over inside one process, or taken from the broker to be tried again.';
COMMENT ON COLUMN mailbox.held IS 'Beside the broker''s queue: what the queue brings of the same aggregate lines up behind it.';
COMMENT ON COLUMN mailbox.dead_letter_id IS 'The dead letter that is being tried again.';

CREATE TABLE consumers (
  consumer      text        PRIMARY KEY,
  tenant_id     text        NOT NULL DEFAULT '',
  routing_keys  text[]      NOT NULL,
  heard_since   timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON TABLE consumers IS 'Who hears what in this namespace: written by each consumer when it starts, read by the tools that replay history.';
COMMENT ON COLUMN consumers.tenant_id IS 'Always empty: consumers work for every tenant, so no tenant sees them.';

SELECT secure_table('dead_letters');
SELECT secure_table('consumers');

-- The role of the relay may be created later than this migration.
DO $$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY ARRAY['dead_letters', 'consumers'] LOOP
    EXECUTE format('CREATE POLICY relay ON %I USING (current_user = %L)', target, current_schema() || '_relay');
  END LOOP;
END $$;
