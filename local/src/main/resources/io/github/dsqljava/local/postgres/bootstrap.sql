-- Makes a fresh PostgreSQL 16 look like a new Aurora DSQL cluster to clients. A single-user server (options
-- -j -O) runs it once, to prepare the template data directory; a statement ends where a semicolon is followed
-- by an empty line, so keep those out of bodies.

-- There is one database. The templates are two thirds of what every start would have to copy.

UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname <> 'postgres';

DROP DATABASE template0;

DROP DATABASE template1;

-- Roles. admin is no superuser, and its oid is the one the service shows in
-- sys.iam_pg_role_mappings.

CREATE ROLE admin LOGIN CREATEROLE;

UPDATE pg_catalog.pg_authid SET oid = 15579 WHERE rolname = 'admin';

GRANT CREATE ON DATABASE postgres TO admin;

REVOKE ALL ON SCHEMA public FROM PUBLIC;

GRANT CREATE ON SCHEMA public TO admin;

-- A role that may read a table there finds it by its bare name.

GRANT USAGE ON SCHEMA public TO PUBLIC;

-- System objects that clients see.

CREATE SCHEMA sys;

GRANT USAGE ON SCHEMA sys TO PUBLIC;

-- System objects that clients do not see. USAGE lets the functions below find each other.

CREATE SCHEMA dsql_internal;

GRANT USAGE ON SCHEMA dsql_internal TO PUBLIC;

-- IAM identities that may log in as a database role: AWS IAM GRANT and AWS IAM REVOKE.

-- No sequence gives the numbers: lastval() of the client would tell of it.

CREATE TABLE dsql_internal.iam_oid (next bigint NOT NULL);

INSERT INTO dsql_internal.iam_oid VALUES (26384);

CREATE TABLE dsql_internal.iam_role_mapping (
  iam_oid oid NOT NULL,
  arn text NOT NULL,
  role_oid oid NOT NULL,
  grantor_oid oid NOT NULL,
  PRIMARY KEY (arn, role_oid)
);

REVOKE ALL ON dsql_internal.iam_role_mapping, dsql_internal.iam_oid FROM PUBLIC;

-- Not even a role that may write all tables writes this one.

ALTER TABLE dsql_internal.iam_role_mapping ENABLE ROW LEVEL SECURITY;

ALTER TABLE dsql_internal.iam_oid ENABLE ROW LEVEL SECURITY;

-- A trusted role holds a privilege on this type. That makes PostgreSQL itself refuse to drop the role as long
-- as a mapping exists, in its own words, which are the service's too.

CREATE DOMAIN dsql_internal.iam_trust AS text;

REVOKE ALL ON TYPE dsql_internal.iam_trust FROM PUBLIC;

CREATE VIEW sys.iam_pg_role_mappings AS
SELECT m.iam_oid,
       m.arn,
       m.role_oid AS pg_role_oid,
       r.rolname AS pg_role_name,
       m.grantor_oid AS grantor_pg_role_oid,
       g.rolname AS grantor_pg_role_name
FROM dsql_internal.iam_role_mapping m
JOIN pg_catalog.pg_roles r ON r.oid = m.role_oid
LEFT JOIN pg_catalog.pg_roles g ON g.oid = m.grantor_oid;

GRANT SELECT ON sys.iam_pg_role_mappings TO PUBLIC;

-- SQLSTATEs of the errors below: no source knows them; they are PostgreSQL's for the same cause.

CREATE FUNCTION dsql_internal.role_to_trust(role_name name) RETURNS oid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  role_record record;
BEGIN
  IF session_user <> 'admin' THEN
    RAISE EXCEPTION USING ERRCODE = '42501',
      MESSAGE = format('permission denied to grant IAM trust with role %s', role_name);
  END IF;
  SELECT oid, rolcanlogin, rolsuper INTO role_record FROM pg_roles WHERE rolname = role_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '42704',
      MESSAGE = format('role "%s" does not exist', role_name);
  END IF;
  IF role_name = 'admin' OR role_record.rolsuper OR role_name LIKE 'pg\_%' THEN
    RAISE EXCEPTION USING ERRCODE = '0A000',
      MESSAGE = format('Role %s not supported', role_name);
  END IF;
  IF NOT role_record.rolcanlogin THEN
    RAISE EXCEPTION USING ERRCODE = '42501',
      MESSAGE = format('role %s must have the LOGIN attribute', role_name);
  END IF;
  RETURN role_record.oid;
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.role_to_trust(name) FROM PUBLIC;

-- Both take the mapping's lock first: PostgreSQL would answer two concurrent calls, even for different roles,
-- with "tuple concurrently updated" for the type. role_name is of type name, so that PostgreSQL cuts a long
-- one where it cuts all others.

CREATE PROCEDURE dsql_internal.aws_iam_grant(role_name name, arn text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  trusted oid := dsql_internal.role_to_trust(role_name);
  grantor oid := (SELECT oid FROM pg_roles WHERE rolname = session_user);
  number bigint;
BEGIN
  LOCK TABLE dsql_internal.iam_role_mapping IN SHARE ROW EXCLUSIVE MODE;
  IF arn !~ '^arn:aws[a-z-]*:iam::[0-9]{12}:(user|role)/[!-~]+$' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'IAM role must look like an IAM ARN';
  END IF;
  UPDATE dsql_internal.iam_oid SET next = next + 1 RETURNING next - 1 INTO number;
  INSERT INTO dsql_internal.iam_role_mapping (iam_oid, arn, role_oid, grantor_oid)
  VALUES (number, arn, trusted, grantor)
  ON CONFLICT DO NOTHING;
  EXECUTE format('GRANT USAGE ON TYPE dsql_internal.iam_trust TO %I', role_name);
END
$$;

CREATE PROCEDURE dsql_internal.aws_iam_revoke(role_name name, arn text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  trusted oid := dsql_internal.role_to_trust(role_name);
  revoked text := arn;
BEGIN
  LOCK TABLE dsql_internal.iam_role_mapping IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM dsql_internal.iam_role_mapping m WHERE m.role_oid = trusted AND m.arn = revoked;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('IAM role %s does not exist', arn);
  END IF;
  IF NOT EXISTS (SELECT FROM dsql_internal.iam_role_mapping m WHERE m.role_oid = trusted) THEN
    EXECUTE format('REVOKE USAGE ON TYPE dsql_internal.iam_trust FROM %I', role_name);
  END IF;
END
$$;

-- The front end asks it in a new session, before the client learns that it is logged in.

CREATE FUNCTION dsql_internal.iam_login_allowed(login_arn text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM dsql_internal.iam_role_mapping m
    JOIN pg_roles r ON r.oid = m.role_oid
    WHERE m.arn = login_arn AND r.rolname = session_user)
$$;

-- Functions that answer differently here. The originals move out of the way: PostgreSQL calls a built-in
-- function by its number and would ignore a new definition.

ALTER FUNCTION pg_catalog.version() SET SCHEMA dsql_internal;

CREATE FUNCTION pg_catalog.version() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT 'PostgreSQL 16'::text $$;

-- set_config() sets what SET may set: the list of the class Settings.

ALTER FUNCTION pg_catalog.set_config(text, text, boolean) SET SCHEMA dsql_internal;

CREATE FUNCTION dsql_internal.settable(setting_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF lower(setting_name) = 'disable_sync_create_index' THEN
    RETURN 'dsql.disable_sync_create_index'; -- PostgreSQL does not know it
  ELSIF lower(setting_name) NOT IN (
      'application_name', 'client_encoding', 'datestyle', 'extra_float_digits', 'intervalstyle',
      'timezone', 'search_path', 'enable_bitmapscan', 'enable_hashjoin', 'enable_indexonlyscan',
      'enable_indexscan', 'enable_material', 'enable_mergejoin', 'enable_nestloop',
      'enable_seqscan', 'dsql.enable_batched_nestloop') THEN
    RAISE EXCEPTION USING ERRCODE = '0A000',
      MESSAGE = format('setting configuration parameter "%s" not supported', setting_name);
  END IF;
  RETURN setting_name;
END
$$;

-- Runs with the superuser's rights, for no other role may call the original. So it must not name anything
-- that the search path could lead astray. A path of its own would undo a setting for the transaction.

CREATE FUNCTION pg_catalog.set_config(setting_name text, new_value text, is_local boolean)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
AS $$
BEGIN
  RETURN dsql_internal.set_config(dsql_internal.settable(setting_name), new_value, is_local);
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.set_config(text, text, boolean),
  dsql_internal.settable(text) FROM PUBLIC;

-- current_setting() knows the setting of the service that PostgreSQL has under another name.

ALTER FUNCTION pg_catalog.current_setting(text) SET SCHEMA dsql_internal;

ALTER FUNCTION pg_catalog.current_setting(text, boolean) SET SCHEMA dsql_internal;

CREATE FUNCTION pg_catalog.current_setting(text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT dsql_internal.current_setting(CASE
    WHEN pg_catalog.lower($1) OPERATOR(pg_catalog.=) 'disable_sync_create_index'
      THEN 'dsql.disable_sync_create_index' ELSE $1 END)
$$;

CREATE FUNCTION pg_catalog.current_setting(text, boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT dsql_internal.current_setting(CASE
    WHEN pg_catalog.lower($1) OPERATOR(pg_catalog.=) 'disable_sync_create_index'
      THEN 'dsql.disable_sync_create_index' ELSE $1 END, $2)
$$;

CREATE OR REPLACE RULE pg_settings_u AS
ON UPDATE TO pg_catalog.pg_settings WHERE new.name = old.name
DO SELECT pg_catalog.set_config(old.name, new.setting, false);

-- Functions that run a string as SQL would get around every rule of the service, and give a constraint
-- effects that its text does not show. Functions that read or write files would reach the machine. So they
-- are deleted, for the superuser too. It is unknown which of them the service has.

DELETE FROM pg_catalog.pg_proc
WHERE pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND (
  proname IN ('ts_stat', 'pg_stat_file', 'pg_read_file', 'pg_read_file_old',
    'pg_read_binary_file', 'pg_rotate_logfile', 'pg_rotate_logfile_old', 'loread', 'lowrite')
  OR proname ~ '^(query|cursor|table|schema|database)_to_xml|^pg_ls_.*dir$|^lo_'
  OR proname = 'ts_rewrite' AND pronargs = 2);

-- Encodings in which a byte of ASCII may be a part of another character. The front end reads statements
-- byte by byte: a backslash that is none would show it other statements than PostgreSQL runs.

DELETE FROM pg_catalog.pg_conversion
WHERE pg_catalog.pg_encoding_to_char(conforencoding)
    IN ('SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB', 'SHIFT_JIS_2004')
  OR pg_catalog.pg_encoding_to_char(contoencoding)
    IN ('SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB', 'SHIFT_JIS_2004');

-- PL/pgSQL is for the functions above. The service has no such language, and a block of it could
-- set what the front end refuses.

REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
