-- The catalog as the service shows it to tools. Run after bootstrap.sql, in the same way. Sources: sections
-- 3.5, 3.6, 3.9 and 5 of the reference.
--
-- PostgreSQL finds its own catalogs and functions by number, so they can move to another schema, and a view
-- or function with other answers can take the name. Views show tableoid and xmin last, for clients that
-- ask a catalog for them.

-- Descriptions belong to the catalogs, which have the lower numbers, and not to the views. Bound to the
-- catalogs themselves, because it is made before they move.

CREATE OR REPLACE FUNCTION pg_catalog.obj_description(oid, name) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT description FROM pg_catalog.pg_description
  WHERE objoid = $1 AND objsubid = 0 AND classoid = (SELECT min(oid) FROM pg_catalog.pg_class
    WHERE relname = $2 AND relnamespace IN ('pg_catalog'::regnamespace, 'dsql_internal'::regnamespace)));

-- The catalogs that have a view in their place, and what the view leaves out or says otherwise. A column is
-- named with the expression for it; all others are as they are. "is_ours" is true for the schema of ours.

CREATE TABLE dsql_internal.shown (
  catalog name PRIMARY KEY,
  condition text NOT NULL,
  columns jsonb NOT NULL DEFAULT '{}'
);

-- Access methods are called btree_table and btree_index. Temporary objects do not exist on the service; here
-- a transaction may have some that stand in for tables. Of our own functions nobody sees more than of one in
-- C: those of sys, and those of pg_catalog whose text names the schema of ours. Text is compressed by lz4, which this PostgreSQL does not know.

INSERT INTO dsql_internal.shown VALUES
  ('pg_am', 'true', '{"amname": "CASE amname WHEN ''btree'' THEN ''btree_index'' WHEN ''heap'' THEN ''btree_table'' ELSE amname END"}'),
  ('pg_namespace', 'NOT is_ours(oid)', '{}'),
  ('pg_event_trigger', 'false', '{}'),
  ('pg_class', 'NOT is_ours(relnamespace) AND relpersistence <> ''t''', '{}'),
  ('pg_attribute', 'NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = attrelid AND (is_ours(relnamespace) OR relpersistence = ''t''))',
    '{"attcompression": "CASE WHEN attrelid >= 16384 AND attstorage <> ''p'' AND NOT attisdropped AND EXISTS (SELECT FROM pg_class c WHERE c.oid = attrelid AND relkind = ''r'') THEN ''l''::\"char\" ELSE attcompression END"}'),
  ('pg_type', 'NOT is_ours(typnamespace) AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND relpersistence = ''t'')', '{}'),
  ('pg_proc', 'NOT is_ours(pronamespace)',
    '{"prolang": "CASE WHEN is_made(pronamespace, prosrc) THEN 12::oid ELSE prolang END",
      "prosrc": "CASE WHEN is_made(pronamespace, prosrc) THEN proname::text ELSE prosrc END",
      "prosqlbody": "CASE WHEN is_made(pronamespace, prosrc) THEN NULL ELSE prosqlbody END",
      "proconfig": "CASE WHEN is_made(pronamespace, prosrc) THEN NULL ELSE proconfig END",
      "prosecdef": "prosecdef AND NOT is_made(pronamespace, prosrc)"}'),
  ('pg_constraint', 'NOT is_ours(connamespace) AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = conrelid AND relpersistence = ''t'')', '{}'),
  ('pg_index', 'NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = indrelid AND (is_ours(relnamespace) OR relpersistence = ''t''))', '{}'),
  ('pg_sequence', 'NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = seqrelid AND is_ours(relnamespace))', '{}'),
  ('pg_trigger', 'NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = tgfoid AND is_ours(pronamespace))', '{}'),
  ('pg_rewrite', 'ev_class IS NOT DISTINCT FROM catalog_of(ev_class) AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = ev_class AND (is_ours(relnamespace) OR relnamespace = ''sys''::regnamespace OR relpersistence = ''t''))', '{}'),
  ('pg_attrdef', 'NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = adrelid AND (is_ours(relnamespace) OR relpersistence = ''t''))', '{}'),
  ('pg_depend', 'true', '{"classid": "view_of(classid)", "refclassid": "view_of(refclassid)"}'),
  ('pg_description', 'true', '{"classoid": "view_of(classoid)"}'),
  ('pg_init_privs', 'true', '{"classoid": "view_of(classoid)"}');

CREATE FUNCTION dsql_internal.is_ours(schema oid) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT $1 OPERATOR(pg_catalog.=) 1::oid $$;

CREATE FUNCTION dsql_internal.is_made(schema oid, source text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT $1 OPERATOR(pg_catalog.=) 11::oid $$;

CREATE FUNCTION dsql_internal.view_of(catalog oid) RETURNS oid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT $1 $$;

CREATE FUNCTION dsql_internal.catalog_of(view oid) RETURNS oid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT $1 $$;

DO $$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT catalog FROM dsql_internal.shown LOOP
    EXECUTE format('ALTER TABLE pg_catalog.%I SET SCHEMA dsql_internal', item.catalog);
  END LOOP;
END
$$;

-- A view has the columns of its catalog in their order, and tableoid and xmin last, for clients that ask for
-- them: IDEs see by xmin what has changed. It names catalogs by the numbers of their views, as regclass does.

DO $$
DECLARE
  item record;
  numbers text;
  columns text;
BEGIN
  SET LOCAL search_path = dsql_internal, pg_catalog;
  EXECUTE format('CREATE OR REPLACE FUNCTION dsql_internal.is_ours(schema oid) RETURNS boolean'
    ' LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
    format('SELECT $1 OPERATOR(pg_catalog.=) %s::oid', 'dsql_internal'::regnamespace::oid));
  EXECUTE format('CREATE OR REPLACE FUNCTION dsql_internal.is_made(schema oid, source text) RETURNS boolean'
    ' LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L', format('SELECT $1 OPERATOR(pg_catalog.=) %s::oid'
      ' OR ($1 OPERATOR(pg_catalog.=) 11::oid AND pg_catalog.strpos($2, %L) OPERATOR(pg_catalog.>) 0)',
      'sys'::regnamespace::oid, 'dsql_internal'));
  FOR item IN SELECT * FROM shown LOOP
    SELECT string_agg(CASE WHEN item.columns ? attname
        THEN format('(%s)::%s AS %I', item.columns ->> attname, format_type(atttypid, atttypmod), attname)
      ELSE quote_ident(attname) END, ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute
    WHERE attrelid = format('dsql_internal.%I', item.catalog)::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('CREATE VIEW pg_catalog.%1$I AS SELECT %2$s, view_of(tableoid) AS tableoid, xmin FROM dsql_internal.%1$I WHERE %3$s',
      item.catalog, columns, item.condition);
    EXECUTE format('GRANT SELECT ON pg_catalog.%I TO PUBLIC', item.catalog);
  END LOOP;
  SELECT string_agg(format('WHEN %s THEN %s::oid', format('dsql_internal.%I', catalog)::regclass::oid,
    format('pg_catalog.%I', catalog)::regclass::oid), ' ') INTO numbers FROM shown;
  EXECUTE format('CREATE OR REPLACE FUNCTION dsql_internal.view_of(catalog oid) RETURNS oid'
    ' LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L', 'SELECT CASE $1 ' || numbers || ' ELSE $1 END');
  SELECT string_agg(format('WHEN %s THEN %s::oid', format('pg_catalog.%I', catalog)::regclass::oid,
    format('dsql_internal.%I', catalog)::regclass::oid), ' ') INTO numbers FROM shown;
  EXECUTE format('CREATE OR REPLACE FUNCTION dsql_internal.catalog_of(view oid) RETURNS oid'
    ' LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L', 'SELECT CASE $1 ' || numbers || ' ELSE $1 END');
END
$$;

-- What takes the number of a catalog takes that of its view as well.

ALTER FUNCTION pg_catalog.pg_describe_object(oid, oid, integer) SET SCHEMA dsql_internal;

CREATE FUNCTION pg_catalog.pg_describe_object(classid oid, objid oid, objsubid integer) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$ SELECT dsql_internal.pg_describe_object(dsql_internal.catalog_of($1), $2, $3) $$;

ALTER FUNCTION pg_catalog.pg_identify_object(oid, oid, integer) SET SCHEMA dsql_internal;

CREATE FUNCTION pg_catalog.pg_identify_object(classid oid, objid oid, objsubid integer,
  OUT type text, OUT schema text, OUT name text, OUT identity text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$ SELECT * FROM dsql_internal.pg_identify_object(dsql_internal.catalog_of($1), $2, $3) $$;

-- The text of our views and functions names what clients do not see.

DO $$
DECLARE
  item record;
BEGIN
  FOR item IN
    SELECT oid::regprocedure::text AS signature, proname, pg_get_function_identity_arguments(oid) AS arguments
    FROM dsql_internal.pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN ('pg_get_viewdef', 'pg_get_functiondef')
  LOOP
    EXECUTE format('ALTER FUNCTION pg_catalog.%s SET SCHEMA dsql_internal', item.signature);
    EXECUTE format('CREATE FUNCTION pg_catalog.%I(%s) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS %L',
      item.proname, item.arguments, format('SELECT CASE WHEN %s THEN dsql_internal.%I(%s) END',
        CASE WHEN item.proname = 'pg_get_functiondef'
          THEN 'NOT EXISTS (SELECT FROM dsql_internal.pg_proc p WHERE p.oid OPERATOR(pg_catalog.=) $1'
            ' AND (dsql_internal.is_ours(pronamespace) OR dsql_internal.is_made(pronamespace, prosrc)))'
          ELSE 'NOT EXISTS (SELECT FROM dsql_internal.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) '
            || CASE WHEN item.arguments LIKE 'text%' THEN 'pg_catalog.to_regclass($1)' ELSE '$1' END
            || ' AND (dsql_internal.is_ours(relnamespace) OR c.oid OPERATOR(pg_catalog.<>) dsql_internal.catalog_of(c.oid)'
            || ' OR c.oid OPERATOR(pg_catalog.=) ' || 'pg_catalog.pg_stat_activity'::regclass::oid || '::oid'
            || ' OR relnamespace OPERATOR(pg_catalog.=) ' || 'sys'::regnamespace::oid || '::oid))' END,
        item.proname, CASE WHEN item.arguments LIKE '%,%' THEN '$1, $2' ELSE '$1' END));
  END LOOP;
END
$$;

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

-- Two functions of the information schema take rows of catalogs; now they take those of the views.

CREATE FUNCTION information_schema._pg_truetypid(pg_catalog.pg_attribute, pg_catalog.pg_type) RETURNS oid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN $2.typtype = 'd' THEN $2.typbasetype ELSE $1.atttypid END;

CREATE FUNCTION information_schema._pg_truetypmod(pg_catalog.pg_attribute, pg_catalog.pg_type) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN $2.typtype = 'd' THEN $2.typtypmod ELSE $1.atttypmod END;

-- Points the views of PostgreSQL and of the information schema to the new views.

DO $$
DECLARE
  item record;
  definition text;
  original text;
BEGIN
  FOR item IN
    SELECT v.oid, n.nspname, v.relname, v.reloptions
    FROM dsql_internal.pg_class v JOIN dsql_internal.pg_namespace n ON n.oid = v.relnamespace
    WHERE v.relkind = 'v' AND n.nspname IN ('pg_catalog', 'information_schema')
      AND v.relname NOT IN (SELECT catalog FROM dsql_internal.shown)
  LOOP
    original := dsql_internal.pg_get_viewdef(item.oid);
    definition := replace(original, 'dsql_internal.', 'pg_catalog.');
    CONTINUE WHEN definition = original;
    EXECUTE format('CREATE OR REPLACE VIEW %I.%I %s AS %s', item.nspname, item.relname,
      'WITH (' || array_to_string(item.reloptions, ', ') || ')', definition);
  END LOOP;
END
$$;

DROP FUNCTION information_schema._pg_truetypid(dsql_internal.pg_attribute, dsql_internal.pg_type);

DROP FUNCTION information_schema._pg_truetypmod(dsql_internal.pg_attribute, dsql_internal.pg_type);

-- Who is connected: no session of the cluster's own, and no statement of one that it runs in a client's.

DO $$
DECLARE
  definition text := rtrim(dsql_internal.pg_get_viewdef('pg_catalog.pg_stat_activity'::regclass), ';');
BEGIN
  EXECUTE (SELECT format('CREATE OR REPLACE VIEW pg_catalog.pg_stat_activity AS SELECT %s FROM (%s) s'
    ' WHERE usesysid IS DISTINCT FROM 10::oid',
    string_agg(CASE attname WHEN 'query' THEN 'CASE WHEN strpos(query, ''dsql_internal'') > 0'
      ' OR strpos(query, ''dsql$'') > 0 THEN '''' ELSE query END AS query' ELSE quote_ident(attname) END,
      ', ' ORDER BY attnum), definition)
    FROM dsql_internal.pg_attribute WHERE attrelid = 'pg_catalog.pg_stat_activity'::regclass AND attnum > 0);
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

-- Geometric types cannot be made by functions of their names: seen for line and circle, inferred for all but
-- point, whose refusal would come before theirs. Casts keep the originals. A string by itself would be a cast
-- to PostgreSQL, unless a function takes what has no type yet.

CREATE FUNCTION dsql_internal.refuse_type(type text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RAISE feature_not_supported USING MESSAGE = pg_catalog.concat('datatype ', type, ' not supported');
END
$$;

DO $$
DECLARE
  item record;
  command text := 'CREATE FUNCTION pg_catalog.%1$I(%2$s) RETURNS pg_catalog.%1$s LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE'
    ' AS %3$L';
  body text := 'BEGIN PERFORM dsql_internal.refuse_type(%L); END';
BEGIN
  FOR item IN
    SELECT oid::regprocedure::text AS signature, proname, pg_get_function_identity_arguments(oid) AS arguments
    FROM dsql_internal.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
      AND proname IN ('line', 'lseg', 'box', 'path', 'polygon', 'circle')
  LOOP
    EXECUTE format('ALTER FUNCTION pg_catalog.%s SET SCHEMA dsql_internal', item.signature);
    EXECUTE format(command, item.proname, item.arguments, format(body, item.proname));
  END LOOP;
  FOR item IN SELECT unnest('{line,lseg,box,path,polygon,circle}'::text[]) AS name LOOP
    EXECUTE format(replace(command, 'plpgsql', 'sql'), item.name, 'text',
      format('SELECT NULL::pg_catalog.%I FROM dsql_internal.refuse_type(%L)', item.name, item.name));
    UPDATE dsql_internal.pg_proc SET proargtypes = '705'
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = item.name AND proargtypes = '25';
  END LOOP;
END
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
