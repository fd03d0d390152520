-- Written for each tenant that it is watched for: no policy lets anybody see another's rows.
DROP POLICY everybody ON "luaguage_bridge"."erp_interfaces";
DELETE FROM "luaguage_bridge"."erp_interfaces";
