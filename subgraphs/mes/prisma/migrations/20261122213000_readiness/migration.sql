-- CreateTable
CREATE TABLE "mes"."operator_qualifications" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "operator_id" TEXT NOT NULL,
    "skill" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "valid_until" DATE,
    "reason" TEXT,
    "granted_by" TEXT NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,
    "revoked_because" TEXT,

    CONSTRAINT "operator_qualifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."heard_blockers" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "source" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "owner" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "told_at" TIMESTAMPTZ(3) NOT NULL,
    "cleared_at" TIMESTAMPTZ(3),

    CONSTRAINT "heard_blockers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mes"."heard_blocker_subjects" (
    "blocker_id" UUID NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,

    CONSTRAINT "heard_blocker_subjects_pkey" PRIMARY KEY ("blocker_id","subject_kind","subject_id")
);

-- CreateIndex
CREATE INDEX "operator_qualifications_tenant_id_factory_id_operator_id_sk_idx" ON "mes"."operator_qualifications"("tenant_id", "factory_id", "operator_id", "skill");

-- CreateIndex
CREATE INDEX "operator_qualifications_tenant_id_factory_id_granted_at_id_idx" ON "mes"."operator_qualifications"("tenant_id", "factory_id", "granted_at", "id");

-- CreateIndex
CREATE INDEX "operator_qualifications_tenant_id_factory_id_valid_until_idx" ON "mes"."operator_qualifications"("tenant_id", "factory_id", "valid_until");

-- CreateIndex
CREATE INDEX "heard_blockers_tenant_id_factory_id_since_id_idx" ON "mes"."heard_blockers"("tenant_id", "factory_id", "since", "id");

-- What holds in every plant has no factory, and is one row all the same.
CREATE UNIQUE INDEX "heard_blockers_tenant_id_factory_id_source_kind_reference_key" ON "mes"."heard_blockers"("tenant_id", "factory_id", "source", "kind", "reference") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "heard_blocker_subjects_tenant_id_subject_id_idx" ON "mes"."heard_blocker_subjects"("tenant_id", "subject_id");

-- AddForeignKey
ALTER TABLE "mes"."heard_blocker_subjects" ADD CONSTRAINT "heard_blocker_subjects_blocker_id_fkey" FOREIGN KEY ("blocker_id") REFERENCES "mes"."heard_blockers"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.operator_qualifications');
SELECT secure_table('mes.heard_blockers');
SELECT secure_table('mes.heard_blocker_subjects');

ALTER TABLE "mes"."operator_qualifications"
  ADD CONSTRAINT "operator_qualifications_days_check" CHECK (valid_until > valid_from),
  ADD CONSTRAINT "operator_qualifications_revoked_check" CHECK ((revoked_at IS NULL) = (revoked_by IS NULL));
ALTER TABLE "mes"."heard_blockers"
  ADD CONSTRAINT "heard_blockers_source_check" CHECK (source IN ('mes', 'qms', 'eam', 'luaguage-bridge')),
  ADD CONSTRAINT "heard_blockers_kind_check" CHECK (kind IN
    ('QUALITY_HOLD', 'EQUIPMENT_DOWN', 'BOM_NOT_USABLE', 'PPAP_NOT_APPROVED', 'ENGINEERING_CHANGE', 'OTHER'));
ALTER TABLE "mes"."heard_blocker_subjects"
  ADD CONSTRAINT "heard_blocker_subjects_kind_check" CHECK (subject_kind IN
    ('WORK_ORDER', 'OPERATION', 'STATION', 'PRODUCT', 'MATERIAL', 'LOT'));
