-- CreateTable
CREATE TABLE "luaguage_bridge"."documents" (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "current_number" INTEGER,
    "last_number" INTEGER NOT NULL,
    "ppap_status" TEXT,
    "ppap_reason" TEXT,
    "ppap_by" TEXT,
    "ppap_at" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "archived_by" TEXT,
    "archived_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "documents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."document_versions" (
    "document_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "file_name" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "uploaded_by" TEXT NOT NULL,
    "stored_at" TIMESTAMPTZ(3),

    CONSTRAINT "document_versions_pkey" PRIMARY KEY ("document_id","number")
);

-- CreateTable
CREATE TABLE "luaguage_bridge"."document_links" (
    "document_id" UUID NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT,
    "linked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "document_links_pkey" PRIMARY KEY ("document_id","subject_kind","subject_id")
);

-- CreateIndex
CREATE INDEX "documents_tenant_id_id_idx" ON "luaguage_bridge"."documents"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "document_versions_tenant_id_state_expires_at_idx" ON "luaguage_bridge"."document_versions"("tenant_id", "state", "expires_at");

-- CreateIndex
CREATE INDEX "document_links_tenant_id_subject_kind_subject_id_document_i_idx" ON "luaguage_bridge"."document_links"("tenant_id", "subject_kind", "subject_id", "document_id" DESC);

-- AddForeignKey
ALTER TABLE "luaguage_bridge"."document_versions" ADD CONSTRAINT "document_versions_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "luaguage_bridge"."documents"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "luaguage_bridge"."document_links" ADD CONSTRAINT "document_links_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "luaguage_bridge"."documents"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "luaguage_bridge"."documents"
  ADD CONSTRAINT "documents_ppap" CHECK ((kind = 'PPAP') = (ppap_status IS NOT NULL)),
  ADD CONSTRAINT "documents_numbers" CHECK (current_number <= last_number);
ALTER TABLE "luaguage_bridge"."document_versions"
  ADD CONSTRAINT "document_versions_state" CHECK (state IN ('AWAITING_UPLOAD', 'STORED')),
  ADD CONSTRAINT "document_versions_stored" CHECK ((state = 'STORED') = (stored_at IS NOT NULL)),
  ADD CONSTRAINT "document_versions_file" CHECK (size_bytes > 0 AND sha256 ~ '^[0-9a-f]{64}$');

-- What was approved, built or inspected by is that file for good.
CREATE FUNCTION "luaguage_bridge"."stored_versions_stay"() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.state = 'STORED' THEN
    RAISE EXCEPTION 'a stored version of a document does not change' USING ERRCODE = '23001';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "stored_versions_stay" BEFORE UPDATE OR DELETE ON "luaguage_bridge"."document_versions"
  FOR EACH ROW EXECUTE FUNCTION "luaguage_bridge"."stored_versions_stay"();

SELECT secure_table('"luaguage_bridge"."documents"');
SELECT secure_table('"luaguage_bridge"."document_versions"');
SELECT secure_table('"luaguage_bridge"."document_links"');
