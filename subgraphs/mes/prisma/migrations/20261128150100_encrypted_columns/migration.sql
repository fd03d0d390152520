-- AlterTable
ALTER TABLE "mes"."cost_rates" ALTER COLUMN "rates" SET DATA TYPE TEXT;

-- AlterTable
ALTER TABLE "mes"."work_order_costs" ALTER COLUMN "cost" SET DATA TYPE TEXT;

-- From here on by hand: what the models cannot say.

-- Encrypting a note, or encrypting it with another key, does not change what it says.
CREATE FUNCTION "mes"."refuse_rewriting_note"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.text ~ '^v1\.' THEN
    OLD.text := NEW.text;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
DROP TRIGGER "hand_over_notes_append_only" ON "mes"."hand_over_notes";
CREATE TRIGGER "hand_over_notes_append_only" BEFORE UPDATE OR DELETE ON "mes"."hand_over_notes"
  FOR EACH ROW EXECUTE FUNCTION "mes"."refuse_rewriting_note"();
DROP FUNCTION "mes"."refuse_rewriting"();

SELECT encrypted_column('mes.hand_over_notes', 'text');
SELECT encrypted_column('mes.operator_qualifications', 'reason');
SELECT encrypted_column('mes.operator_qualifications', 'revoked_because');
SELECT encrypted_column('mes.cost_rates', 'rates');
SELECT encrypted_column('mes.work_order_costs', 'cost');
