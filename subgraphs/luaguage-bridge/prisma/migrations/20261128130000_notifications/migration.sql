-- CreateTable
CREATE TABLE "luaguage_bridge"."role_holders" (
    "tenant_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "factory_ids" TEXT[],
    "as_of" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "role_holders_pkey" PRIMARY KEY ("tenant_id","role","user_id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."role_lists" (
    "tenant_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "listed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "role_lists_pkey" PRIMARY KEY ("tenant_id","role")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."notification_occasions" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "actor_id" TEXT,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "addressed_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_occasions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."notifications" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "occasion_id" UUID NOT NULL,
    "recipient_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "in_app" BOOLEAN NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."notification_deliveries" (
    "notification_id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "message" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_deliveries_pkey" PRIMARY KEY ("notification_id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."notification_preferences" (
    "tenant_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "in_app" BOOLEAN NOT NULL,
    "via_luaguage" BOOLEAN NOT NULL,

    CONSTRAINT "notification_preferences_pkey" PRIMARY KEY ("tenant_id","user_id","kind")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."notification_tenants" (
    "tenant_id" TEXT NOT NULL,

    CONSTRAINT "notification_tenants_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE INDEX "role_holders_tenant_id_user_id_idx" ON "luaguage_bridge"."role_holders"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "notification_occasions_tenant_id_kind_subject_first_at_idx" ON "luaguage_bridge"."notification_occasions"("tenant_id", "kind", "subject", "first_at");

-- CreateIndex
CREATE INDEX "notification_occasions_tenant_id_addressed_at_idx" ON "luaguage_bridge"."notification_occasions"("tenant_id", "addressed_at");

-- CreateIndex
CREATE INDEX "notifications_tenant_id_recipient_id_raised_at_id_idx" ON "luaguage_bridge"."notifications"("tenant_id", "recipient_id", "raised_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "notifications_tenant_id_read_at_idx" ON "luaguage_bridge"."notifications"("tenant_id", "read_at");

-- CreateIndex
CREATE UNIQUE INDEX "notifications_occasion_id_recipient_id_key" ON "luaguage_bridge"."notifications"("occasion_id", "recipient_id");

-- CreateIndex
CREATE INDEX "notification_deliveries_tenant_id_state_next_attempt_at_idx" ON "luaguage_bridge"."notification_deliveries"("tenant_id", "state", "next_attempt_at");

-- AddForeignKey
ALTER TABLE "luaguage_bridge"."notifications" ADD CONSTRAINT "notifications_occasion_id_fkey" FOREIGN KEY ("occasion_id") REFERENCES "luaguage_bridge"."notification_occasions"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "luaguage_bridge"."notification_deliveries" ADD CONSTRAINT "notification_deliveries_notification_id_fkey" FOREIGN KEY ("notification_id") REFERENCES "luaguage_bridge"."notifications"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

SELECT secure_table('"luaguage_bridge"."role_holders"');
SELECT secure_table('"luaguage_bridge"."role_lists"');
SELECT secure_table('"luaguage_bridge"."notification_occasions"');
SELECT secure_table('"luaguage_bridge"."notifications"');
SELECT secure_table('"luaguage_bridge"."notification_deliveries"');
SELECT secure_table('"luaguage_bridge"."notification_preferences"');
SELECT secure_table('"luaguage_bridge"."notification_tenants"');

-- Whoever works for every tenant has to learn for which: their names, and nothing else of theirs.
CREATE POLICY listed ON "luaguage_bridge"."notification_tenants" FOR SELECT USING (true);
