-- They run with the rights of the owner: the runtime role is granted them at every start, and nobody else needs them.
REVOKE ALL ON FUNCTION "qms"."ensure_inspection_quarters"(timestamptz, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION "qms"."ensure_defect_partition"(text) FROM PUBLIC;
