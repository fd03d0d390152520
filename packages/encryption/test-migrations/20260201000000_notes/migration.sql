CREATE TABLE notes (
  id         text NOT NULL,
  version    integer NOT NULL,
  tenant_id  text NOT NULL,
  factory_id text NOT NULL,
  words      text,
  title      text,
  PRIMARY KEY (id, version)
);
SELECT secure_table('notes');
