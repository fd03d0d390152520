-- Tenants stand in erp_tenants, for all that the bridge does by itself; each comes there with its next user or event.
-- DropTable
DROP TABLE "luaguage_bridge"."notification_tenants";
