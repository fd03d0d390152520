-- Names are unqualified on purpose: every subgraph applies this file inside its own PostgreSQL schema.

CREATE TABLE outbox_archive (
  id            bigint      NOT NULL,
  event_id      uuid        NOT NULL,
  tenant_id     text        NOT NULL,
  factory_id    text,
  routing_key   text        NOT NULL,
  aggregate_id  text        NOT NULL,
  envelope      jsonb       NOT NULL,
  created_at    timestamptz NOT NULL,
  sent_at       timestamptz NOT NULL,
  PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX outbox_archive_aggregate ON outbox_archive (aggregate_id, id);
-- Only of sent rows, so that commands pay nothing for it; the unsent ones are few and have an index of their own.
CREATE INDEX outbox_aggregate ON outbox (aggregate_id, id) WHERE sent_at IS NOT NULL;

COMMENT ON TABLE outbox_archive IS 'Sent events, moved here from the outbox after some days, with the place that they had there. A month that is too old is dropped as a whole.';

SELECT ensure_month_partitions('outbox_archive', (now() - interval '1 month')::date, (now() + interval '3 months')::date);
SELECT secure_table('outbox_archive');
SELECT append_only('outbox_archive');

ALTER TABLE consumers
  ADD COLUMN waits_for_history boolean NOT NULL DEFAULT false,
  ADD COLUMN turn_asked_until timestamptz,
  ADD COLUMN knows_since timestamptz NOT NULL DEFAULT '-infinity';

COMMENT ON COLUMN consumers.routing_keys IS 'Empty until it starts for the first time.';
COMMENT ON COLUMN consumers.heard_since IS 'What was published later than this reached it by itself.';
COMMENT ON COLUMN consumers.waits_for_history IS 'It applies nothing before history was put in front of what it hears.';
COMMENT ON COLUMN consumers.turn_asked_until IS 'Whoever consumes hands over the turn of the mailbox and takes it again after this instant.';
COMMENT ON COLUMN consumers.knows_since IS 'Which older events it applied was forgotten with rows of its inbox.';

-- What they tell is needed to replay history; rows that are too old are deleted. BRIN, because claims are the hot path.
CREATE INDEX inbox_processed ON inbox USING brin (processed_at) WITH (pages_per_range = 32, autosummarize = on);

-- The role of the relay may be created later than this migration.
DO $$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY ARRAY['outbox_archive', 'inbox'] LOOP
    EXECUTE format('CREATE POLICY relay ON %I USING (current_user = %L)', target, current_schema() || '_relay');
  END LOOP;
END $$;

-- A procedure: those are the relay's, functions the runtime role's.
CREATE PROCEDURE keep_outbox_months(first_needed timestamptz, kept_since timestamptz)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  month timestamp;
  child text;
  oldest date := date_trunc('month', kept_since AT TIME ZONE 'UTC')::date;
BEGIN
  IF kept_since IS NULL OR kept_since > now() THEN
    RAISE EXCEPTION 'events are kept since an instant of the past, not %', kept_since USING ERRCODE = '22023';
  END IF;
  -- Month by month, because one call makes so many of them and no more.
  FOR month IN
    SELECT generate_series(
      date_trunc('month', greatest(oldest, least(first_needed, now()) AT TIME ZONE 'UTC')),
      date_trunc('month', now() AT TIME ZONE 'UTC') + interval '3 months', interval '1 month')
  LOOP
    PERFORM ensure_month_partitions('outbox_archive', month::date, month::date);
  END LOOP;

  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'outbox_archive'::regclass AND c.relname ~ '^outbox_archive_p[0-9]{6}$'
       AND to_date(right(c.relname, 6), 'YYYYMM') < oldest
     ORDER BY c.relname
  LOOP
    BEGIN
      EXECUTE format('DROP TABLE %I', child);
    EXCEPTION WHEN lock_not_available THEN
      -- Somebody reads history. There is time enough later.
      EXIT;
    END;
  END LOOP;
END $$;

COMMENT ON PROCEDURE keep_outbox_months(timestamptz, timestamptz) IS
  'Makes the months of the archive that events need from the first instant on, and drops those that end before the second.';

DO $$
BEGIN
  EXECUTE format('ALTER PROCEDURE keep_outbox_months(timestamptz, timestamptz) SET search_path = %I, pg_temp', current_schema());
END $$;
ALTER PROCEDURE keep_outbox_months(timestamptz, timestamptz) SET lock_timeout = '2s';
REVOKE ALL ON PROCEDURE keep_outbox_months(timestamptz, timestamptz) FROM PUBLIC;
