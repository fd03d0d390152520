-- CreateTable
CREATE TABLE "luaguage_bridge"."integration_states" (
    "tenant_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,

    CONSTRAINT "integration_states_pkey" PRIMARY KEY ("tenant_id","name")
);

-- From here on by hand: what the models cannot say.

ALTER TABLE "luaguage_bridge"."integration_states"
  ADD CONSTRAINT "integration_states_state_check" CHECK (state IN ('OK', 'DEGRADED'));

COMMENT ON TABLE "luaguage_bridge"."integration_states" IS 'Which interfaces of the ERP work, as the plant was last told; several bridges agree on it here.';

SELECT secure_table('"luaguage_bridge"."integration_states"');
