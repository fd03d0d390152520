-- CreateTable
CREATE TABLE "mes"."lot_counters" (
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "lot_counters_pkey" PRIMARY KEY ("tenant_id","factory_id","period")
);

-- From here on by hand: what the models cannot say.

SELECT secure_table('mes.lot_counters');
