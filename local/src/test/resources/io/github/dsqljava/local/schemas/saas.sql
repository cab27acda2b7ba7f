-- Many tenants in one schema: domains over domains, keys that begin with the tenant, views over views, grants.

CREATE SCHEMA "Tenants";
CREATE DOMAIN "Tenants".key AS varchar(26) NOT NULL CHECK (VALUE ~ '^[a-z0-9]+$');
CREATE DOMAIN "Tenants".tenant_key AS "Tenants".key CHECK (length(VALUE) >= 3);
CREATE ROLE saas_reader WITH LOGIN;

CREATE TABLE "Tenants".tenant (
  id "Tenants".tenant_key PRIMARY KEY,
  plan varchar(20) NOT NULL DEFAULT 'free',
  limits jsonb NOT NULL DEFAULT '{"seats": 3}'
);

CREATE TABLE "Tenants"."User" (
  tenant "Tenants".tenant_key REFERENCES "Tenants".tenant ON DELETE CASCADE,
  id "Tenants".key,
  "displayName" text,
  email text,
  invited_by "Tenants".key,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, invited_by) REFERENCES "Tenants"."User" (tenant, id)
);
ALTER DOMAIN "Tenants".key DROP NOT NULL;
CREATE UNIQUE INDEX ASYNC "User_email" ON "Tenants"."User" (tenant, lower(email)) WHERE email IS NOT NULL;

CREATE TABLE "Tenants".document (
  tenant "Tenants".tenant_key,
  id "Tenants".key,
  owner "Tenants".key NOT NULL,
  title text NOT NULL,
  body text,
  words integer GENERATED ALWAYS AS (length(body)) STORED,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, owner) REFERENCES "Tenants"."User" (tenant, id) ON DELETE RESTRICT
);
CREATE INDEX ASYNC document_owner ON "Tenants".document (tenant, owner, title);

CREATE TABLE "Tenants".usage (
  tenant "Tenants".tenant_key,
  day date,
  metric varchar(30),
  amount numeric NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, day, metric)
);

CREATE VIEW "Tenants".active AS SELECT * FROM "Tenants".tenant WHERE plan <> 'closed';
CREATE VIEW "Tenants"."usageByMonth" AS
  SELECT u.tenant, date_trunc('month', u.day)::date AS month, sum(u.amount) AS amount
  FROM "Tenants".usage u JOIN "Tenants".active a ON a.id = u.tenant GROUP BY 1, 2;
GRANT USAGE ON SCHEMA "Tenants" TO saas_reader;
GRANT SELECT ON "Tenants".active, "Tenants"."usageByMonth" TO saas_reader;
GRANT SELECT (id, "displayName") ON "Tenants"."User" TO saas_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA "Tenants" GRANT SELECT ON TABLES TO saas_reader;

INSERT INTO "Tenants".tenant (id) VALUES ('acme'), ('umbrella');
INSERT INTO "Tenants"."User" VALUES ('acme', 'ann', 'Ann', 'Ann@acme.example', NULL), ('acme', 'bob', 'Bob', NULL, 'ann');
INSERT INTO "Tenants".document (tenant, id, owner, title, body) VALUES ('acme', 'd1', 'bob', 'Plan', 'twelve chars');
INSERT INTO "Tenants".usage VALUES ('acme', '2026-11-05', 'calls', 1.23456789);
