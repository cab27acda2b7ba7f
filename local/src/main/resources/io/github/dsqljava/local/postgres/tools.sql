-- The catalog as the service shows it to tools. Run after bootstrap.sql, in the same way. Sources: sections
-- 3.5, 3.6, 3.9 and 5 of the reference.
--
-- PostgreSQL finds its own catalogs and functions by number, so they can move to another schema, and a view
-- or function with other answers can take the name. Views show tableoid last, for clients that ask a catalog
-- for it.

-- The access method of indexes is called btree_index.

ALTER TABLE pg_catalog.pg_am SET SCHEMA dsql_internal;

CREATE VIEW pg_catalog.pg_am AS
SELECT oid, CASE amname WHEN 'btree' THEN 'btree_index'::name ELSE amname END AS amname, amhandler, amtype,
  tableoid
FROM dsql_internal.pg_am;

-- Lists leave out the objects that make a cluster of PostgreSQL.

ALTER TABLE pg_catalog.pg_namespace SET SCHEMA dsql_internal;

CREATE VIEW pg_catalog.pg_namespace AS
SELECT oid, nspname, nspowner, nspacl, tableoid FROM dsql_internal.pg_namespace
WHERE nspname <> 'dsql_internal';

ALTER TABLE pg_catalog.pg_event_trigger SET SCHEMA dsql_internal;

CREATE VIEW pg_catalog.pg_event_trigger AS
SELECT oid, evtname, evtevent, evtowner, evtfoid, evtenabled, evttags, tableoid
FROM dsql_internal.pg_event_trigger WHERE evtname NOT LIKE 'dsql\_%';

GRANT SELECT ON pg_catalog.pg_am, pg_catalog.pg_namespace, pg_catalog.pg_event_trigger TO PUBLIC;

-- Descriptions belong to the catalogs, which have the lower numbers, and not to the views.

CREATE OR REPLACE FUNCTION pg_catalog.obj_description(oid, name) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT description FROM pg_catalog.pg_description
  WHERE objoid = $1 AND objsubid = 0 AND classoid = (SELECT min(oid) FROM pg_catalog.pg_class
    WHERE relname = $2 AND relnamespace IN ('pg_catalog'::regnamespace, 'dsql_internal'::regnamespace)));

-- A primary key includes all other columns. A real INCLUDE would refuse wide rows.

CREATE FUNCTION dsql_internal.primary_key_columns(relation oid, keys smallint[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT concat('(', string_agg(quote_ident(attname), ', ' ORDER BY array_position(keys, attnum))
      FILTER (WHERE attnum = ANY (keys)), ')',
    ' INCLUDE (' || string_agg(quote_ident(attname), ', ' ORDER BY attnum)
      FILTER (WHERE attnum <> ALL (keys)) || ')')
  FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
$$;

ALTER FUNCTION pg_catalog.pg_get_indexdef(oid) SET SCHEMA dsql_internal;

ALTER FUNCTION pg_catalog.pg_get_indexdef(oid, integer, boolean) SET SCHEMA dsql_internal;

CREATE FUNCTION dsql_internal.index_definition(index oid, definition text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN place = 0 THEN definition
    WHEN indisprimary THEN concat(left(definition, place - 1), ' USING btree_index ',
      dsql_internal.primary_key_columns(indrelid, indkey[0:indnkeyatts - 1]))
    ELSE overlay(definition PLACING ' USING btree_index (' FROM place FOR 14) END
  FROM pg_index, strpos(definition, ' USING btree (') AS place WHERE indexrelid = index
$$;

CREATE FUNCTION pg_catalog.pg_get_indexdef(oid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT dsql_internal.index_definition($1, dsql_internal.pg_get_indexdef($1)) $$;

CREATE FUNCTION pg_catalog.pg_get_indexdef(oid, integer, boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN $2 = 0 THEN dsql_internal.index_definition($1, dsql_internal.pg_get_indexdef($1, 0, $3))
    ELSE dsql_internal.pg_get_indexdef($1, $2, $3) END
$$;

ALTER FUNCTION pg_catalog.pg_get_constraintdef(oid) SET SCHEMA dsql_internal;

ALTER FUNCTION pg_catalog.pg_get_constraintdef(oid, boolean) SET SCHEMA dsql_internal;

CREATE FUNCTION dsql_internal.constraint_definition(rule oid, definition text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce((SELECT 'PRIMARY KEY ' || dsql_internal.primary_key_columns(conrelid, conkey)
    FROM pg_constraint WHERE oid = rule AND contype = 'p'), definition)
$$;

CREATE FUNCTION pg_catalog.pg_get_constraintdef(oid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT dsql_internal.constraint_definition($1, dsql_internal.pg_get_constraintdef($1)) $$;

CREATE FUNCTION pg_catalog.pg_get_constraintdef(oid, boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT dsql_internal.constraint_definition($1, dsql_internal.pg_get_constraintdef($1, $2)) $$;

-- Points the views of PostgreSQL and of the information schema to the new views.

DO $$
DECLARE
  item record;
  definition text;
  original text;
BEGIN
  FOR item IN
    SELECT v.oid, n.nspname, v.relname, v.reloptions
    FROM pg_class v JOIN dsql_internal.pg_namespace n ON n.oid = v.relnamespace
    WHERE v.relkind = 'v' AND n.nspname IN ('pg_catalog', 'information_schema')
      AND v.relname NOT IN ('pg_am', 'pg_namespace', 'pg_event_trigger')
  LOOP
    original := pg_catalog.pg_get_viewdef(item.oid);
    definition := replace(original, 'dsql_internal.', 'pg_catalog.');
    CONTINUE WHEN definition = original;
    EXECUTE format('CREATE OR REPLACE VIEW %I.%I %s AS %s', item.nspname, item.relname,
      'WITH (' || array_to_string(item.reloptions, ', ') || ')', definition);
  END LOOP;
END
$$;

-- No extensions are available. It is inferred that their versions are hidden as well.

CREATE OR REPLACE VIEW pg_catalog.pg_available_extensions AS
SELECT e.name, e.default_version, x.extversion AS installed_version, e.comment
FROM pg_catalog.pg_available_extensions() e (name, default_version, comment)
LEFT JOIN pg_catalog.pg_extension x ON e.name = x.extname
WHERE false;

CREATE OR REPLACE VIEW pg_catalog.pg_available_extension_versions AS
SELECT e.name, e.version, (x.extname IS NOT NULL) AS installed, e.superuser, e.trusted, e.relocatable,
  e.schema, e.requires, e.comment
FROM pg_catalog.pg_available_extension_versions()
  e (name, version, superuser, trusted, relocatable, schema, requires, comment)
LEFT JOIN pg_catalog.pg_extension x ON e.name = x.extname AND e.version = x.extversion
WHERE false;

-- Text search knows the configuration "simple" only.

DO $$
DECLARE
  item name;
BEGIN
  FOR item IN SELECT cfgname FROM pg_catalog.pg_ts_config WHERE cfgname <> 'simple' LOOP
    EXECUTE format('DROP TEXT SEARCH CONFIGURATION pg_catalog.%I', item);
  END LOOP;
END
$$;

-- Four templates: the one that leads to stemmers is not among them, nor is a dictionary that needs it.

DROP TEXT SEARCH TEMPLATE pg_catalog.snowball CASCADE;

-- Types that a column may have, and domains over them.

CREATE FUNCTION dsql_internal.column_types() RETURNS oid[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT '{smallint,integer,bigint,real,double precision,numeric,bpchar,varchar,text,date,time,timetz,timestamp,timestamptz,interval,boolean,bytea,uuid,json,jsonb}'::regtype[]::oid[]
$$;

-- The service's own functions: these, and no others. The sources name them without their types; those below
-- are inferred, and so is the form of an id of a session or transaction. Of six only the name is known; they
-- know nothing here.

DO $$
DECLARE
  item text;
BEGIN
  FOREACH item IN ARRAY '{decode_job_ext_status,decode_job_statement,decode_job_status,fetch_seq_data_tuple,get_key_desc,job_err_msg}'::text[]
  LOOP
    EXECUTE format('CREATE FUNCTION sys.%I(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE'
      ' AS $body$SELECT NULL::text$body$', item);
  END LOOP;
END
$$;

CREATE FUNCTION sys.dsql_major_version() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 1 $$;

-- 26 characters of RFC 4648's base32, in lower case and without padding, for 128 bits and two of zero.

CREATE FUNCTION sys.uuid_to_base32_str(uuid) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567',
    substring(bits FROM 5 * place + 1 FOR 5)::bit(5)::integer + 1, 1), '' ORDER BY place)
  FROM (SELECT ('x' || replace($1::text, '-', ''))::bit(128) || B'00' AS bits) value, generate_series(0, 25) place
$$;

CREATE FUNCTION sys.base32_str_to_uuid(text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  bits text;
  hex text;
BEGIN
  SELECT string_agg((strpos('abcdefghijklmnopqrstuvwxyz234567', digit) - 1)::bit(5)::text, '' ORDER BY place)
  INTO bits FROM regexp_split_to_table($1, '') WITH ORDINALITY AS digits (digit, place);
  IF $1 !~ '^[a-z2-7]{26}$' OR right(bits, 2) <> '00' THEN
    RAISE invalid_text_representation USING MESSAGE = 'Unable to convert text to UUID';
  END IF;
  SELECT string_agg(to_hex(substr(bits, 4 * place + 1, 4)::bit(4)::integer), '' ORDER BY place)
  INTO hex FROM generate_series(0, 31) place;
  RETURN hex::uuid;
END
$$;

CREATE FUNCTION sys.current_session_id() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT sys.uuid_to_base32_str(md5(concat(pid, backend_start))::uuid)
  FROM pg_stat_activity WHERE pid = pg_backend_pid()
$$;

CREATE FUNCTION sys.current_transaction_id() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT sys.uuid_to_base32_str(md5(concat(virtualtransaction, now()))::uuid)
  FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'virtualxid' AND granted LIMIT 1
$$;

-- In bytes. 10 TiB is the default quota.

CREATE FUNCTION sys.cluster_size() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT pg_database_size('postgres') $$;

CREATE FUNCTION sys.cluster_size_limit() RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$ SELECT 10995116277760 $$;

CREATE FUNCTION sys.base_type_oid(oid) RETURNS oid
LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE below (type) AS (
    SELECT $1 UNION ALL SELECT typbasetype FROM below JOIN pg_type t ON t.oid = type WHERE typtype = 'd'
  )
  SELECT type FROM below JOIN pg_type t ON t.oid = type WHERE typtype <> 'd'
$$;

CREATE FUNCTION sys.supported_datatypes() RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT format_type(type, NULL) FROM unnest(dsql_internal.column_types()) AS type $$;

-- The ARN that the token was signed for; the front end sets it in the startup packet.

CREATE FUNCTION sys.iam_session_user() RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT pg_catalog.current_setting('dsql.iam_session_user', true) $$;
