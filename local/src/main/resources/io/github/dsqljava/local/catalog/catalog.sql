-- Rules of the service that need PostgreSQL's catalog: event triggers look at the objects that a DDL
-- statement has made, in its own transaction, and refuse those that the service would not have made. Run at
-- every start, after limits.sql; a statement ends where a semicolon is followed by an empty line.
--
-- Sources: sections 3.1, 3.2, 3.3, 3.5, 3.7 and 4 of the reference; inferences say so. The order of the
-- service's checks is unknown; here it is types, identity, number of columns, keys, counts. The texts name
-- the limit in force, which max_of() of limits.sql knows.

-- The type below a domain, and its modifier.

CREATE OR REPLACE FUNCTION dsql_internal.base_of(type oid, modifier integer,
  OUT base oid, OUT base_modifier integer)
LANGUAGE sql STABLE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  WITH RECURSIVE below (type, modifier) AS (
    SELECT type, modifier
    UNION ALL
    SELECT typbasetype, CASE WHEN modifier < 0 THEN typtypmod ELSE modifier END
    FROM below JOIN dsql_internal.pg_type t ON t.oid = below.type WHERE typtype = 'd'
  )
  SELECT below.type, below.modifier FROM below JOIN dsql_internal.pg_type t ON t.oid = below.type WHERE typtype <> 'd'
$$;

-- Columns of a new or altered table. It is inferred that the refusal of a domain names the type below it.

CREATE OR REPLACE FUNCTION dsql_internal.check_columns(relation oid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  item record;
  most bigint := dsql_internal.max_of('columns');
  present integer := 0;
  column_types oid[] := dsql_internal.column_types();
BEGIN
  FOR item IN
    SELECT attname, atttypid, attidentity, base, base_modifier - 4 AS length,
      base_modifier = -1 AND base = 'numeric'::regtype AS is_bare
    FROM dsql_internal.pg_attribute, LATERAL dsql_internal.base_of(atttypid, atttypmod)
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
    ORDER BY attnum
  LOOP
    present := present + 1;
    IF item.base <> ALL (column_types) THEN
      RAISE feature_not_supported USING
        MESSAGE = format('datatype %s not supported', format_type(item.base, NULL));
    END IF;
    IF item.base = 'bpchar'::regtype AND item.length > 4096 THEN
      RAISE program_limit_exceeded USING
        MESSAGE = 'Datatype limit greater than 4096 bytes not supported for char';
    END IF;
    IF item.base = 'varchar'::regtype AND item.length > 65535 THEN
      RAISE program_limit_exceeded USING
        MESSAGE = 'Datatype limit greater than 65535 bytes not supported for varchar';
    END IF;
    IF item.attidentity <> '' AND item.atttypid <> 'bigint'::regtype THEN
      RAISE feature_not_supported USING MESSAGE = format(
        'datatype %s not supported, identity column type must be bigint', format_type(item.atttypid, NULL));
    END IF;
  END LOOP;
  -- The quota says 255, and 256 pass. A primary key includes all other columns.
  IF present > most + 1 THEN
    RAISE too_many_columns USING MESSAGE = CASE
      WHEN EXISTS (SELECT FROM dsql_internal.pg_index WHERE indrelid = relation AND indisprimary)
        THEN format('cannot use more than %s columns in an index', most + 1)
      ELSE format('tables can have at most %s columns', most) END;
  END IF;
  -- numeric is numeric(18,6). PostgreSQL coerces written values and defaults alike to this modifier; there is
  -- no value yet.
  UPDATE dsql_internal.pg_attribute SET atttypmod = 1179658
  WHERE attrelid = relation AND attnum > 0 AND atttypid = 'numeric'::regtype AND atttypmod = -1
    AND NOT attisdropped;
END
$$;

-- Keys of a table and of its indexes. The declared size of a key is inferred: the lengths of varchar and char
-- and of types of fixed length, in bytes.

CREATE OR REPLACE FUNCTION dsql_internal.check_indexes(relation oid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  item record;
  unfit oid;
  most_keys bigint := dsql_internal.max_of('key_columns');
  most bigint := dsql_internal.max_of('indexes_per_table');
  most_bytes bigint := dsql_internal.max_of('declared_key_bytes');
BEGIN
  FOR item IN SELECT indexrelid, indnkeyatts FROM dsql_internal.pg_index WHERE indrelid = relation ORDER BY 1
  LOOP
    SELECT base INTO unfit FROM dsql_internal.pg_attribute, LATERAL dsql_internal.base_of(atttypid, atttypmod)
    WHERE attrelid = item.indexrelid AND attnum BETWEEN 1 AND item.indnkeyatts
      AND base = ANY ('{timetz,interval,bytea,json,jsonb}'::regtype[])
    ORDER BY attnum LIMIT 1;
    IF FOUND THEN
      RAISE feature_not_supported USING
        MESSAGE = format('datatype %s is not supported in a key', format_type(unfit, NULL));
    END IF;
    IF item.indnkeyatts > most_keys THEN
      RAISE too_many_columns USING
        MESSAGE = format('more than %s column keys in an index are not supported', most_keys);
    END IF;
    IF most_bytes < (
        SELECT sum(CASE WHEN typlen > 0 THEN typlen
          WHEN base IN ('varchar'::regtype, 'bpchar'::regtype) THEN greatest(base_modifier - 4, 0)
          ELSE 0 END)
        FROM dsql_internal.pg_attribute, LATERAL dsql_internal.base_of(atttypid, atttypmod) JOIN dsql_internal.pg_type t ON t.oid = base
        WHERE attrelid = item.indexrelid AND attnum BETWEEN 1 AND item.indnkeyatts) THEN
      RAISE program_limit_exceeded USING
        MESSAGE = format('key size greater than %s bytes not supported', most_bytes);
    END IF;
  END LOOP;
  IF (SELECT count(*) FROM dsql_internal.pg_index WHERE indrelid = relation) > most THEN
    RAISE program_limit_exceeded USING
      MESSAGE = format('more than %s indexes per table are not allowed', most);
  END IF;
END
$$;

-- The type of the first of some columns that cannot be a key; empty if all can. PostgreSQL may refuse a large
-- value before check_indexes() is asked.

CREATE OR REPLACE FUNCTION dsql_internal.unfit_key(relation oid, columns text[]) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT coalesce((
    SELECT format_type(base, NULL)
    FROM unnest(columns) WITH ORDINALITY AS item (name, place)
    JOIN dsql_internal.pg_attribute ON attrelid = relation AND attname = name AND attnum > 0,
      LATERAL dsql_internal.base_of(atttypid, atttypmod)
    WHERE base = ANY ('{timetz,interval,bytea,json,jsonb}'::regtype[])
    ORDER BY place LIMIT 1), '')
$$;

-- Counts objects of a kind in the schemas of users. It is inferred that sequences of identity columns count.

CREATE OR REPLACE FUNCTION dsql_internal.check_count(kind "char", most bigint, words text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
BEGIN
  IF most < (SELECT count(*) FROM dsql_internal.pg_class WHERE relkind = kind AND relpersistence = 'p'
      AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace,
        'sys'::regnamespace, 'dsql_internal'::regnamespace)) THEN
    RAISE program_limit_exceeded USING MESSAGE = format(words, most);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.check_view(view oid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
BEGIN
  -- What the catalog keeps, some four times the text.
  IF (SELECT octet_length(ev_action::text) FROM dsql_internal.pg_rewrite WHERE ev_class = view) > dsql_internal.max_of('view_bytes') THEN
    RAISE program_limit_exceeded USING MESSAGE = 'view definition too large';
  END IF;
END
$$;

-- The words for a sequence that is not of type bigint are inferred from those for identity columns.

CREATE OR REPLACE FUNCTION dsql_internal.check_sequence(sequence oid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  type oid;
  cache bigint;
BEGIN
  SELECT seqtypid, seqcache INTO type, cache FROM dsql_internal.pg_sequence WHERE seqrelid = sequence;
  -- ALTER is known to refuse what CREATE refuses; it is inferred that it has the same words.
  IF cache BETWEEN 2 AND 65535 THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('CACHE (%s) must be greater than or equal to 65536 or equal to 1', cache);
  END IF;
  -- check_columns checks the type of an identity column, with its table.
  IF type <> 'bigint'::regtype AND NOT EXISTS (SELECT FROM dsql_internal.pg_depend
      WHERE classid = 'dsql_internal.pg_class'::regclass AND objid = sequence AND deptype = 'i') THEN
    RAISE feature_not_supported USING MESSAGE = format(
      'datatype %s not supported, sequence type must be bigint', format_type(type, NULL));
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.check_statistics(statistics oid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := dsql_internal.max_of('statistics');
  most_target bigint := dsql_internal.max_of('statistics_target');
  item record;
BEGIN
  SELECT stxrelid, stxstattarget INTO item FROM pg_statistic_ext WHERE oid = statistics;
  IF item.stxstattarget > most_target THEN
    RAISE invalid_parameter_value USING MESSAGE = format(
      'statistics target %s exceeds maximum allowed value of %s', item.stxstattarget, most_target);
  END IF;
  IF (SELECT count(*) FROM pg_statistic_ext WHERE stxrelid = item.stxrelid) > most THEN
    RAISE program_limit_exceeded USING
      MESSAGE = format('more than %s extended statistics per table are not allowed', most);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.check_schemas(more integer) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := dsql_internal.max_of('schemas');
BEGIN
  IF most < more + (SELECT count(*) FROM dsql_internal.pg_namespace WHERE NOT starts_with(nspname, 'pg_')
      AND nspname NOT IN ('public', 'sys', 'information_schema', 'dsql_internal')) THEN
    RAISE program_limit_exceeded USING MESSAGE = format('more than %s schemas not allowed', most);
  END IF;
END
$$;

-- The limit comes before the name: a schema that is there already, or IF NOT EXISTS, makes no difference.

CREATE OR REPLACE FUNCTION dsql_internal.schemas_are_left() RETURNS event_trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
BEGIN
  IF session_user::regrole <> 10 THEN
    PERFORM dsql_internal.check_schemas(1);
  END IF;
END
$$;

DROP EVENT TRIGGER IF EXISTS dsql_schemas_are_left;

CREATE EVENT TRIGGER dsql_schemas_are_left ON ddl_command_start WHEN TAG IN ('CREATE SCHEMA')
EXECUTE FUNCTION dsql_internal.schemas_are_left();

-- Seen for a function that returns a range; inferred for multiranges and geometric types, for arrays of them, and
-- for what is returned by OUT and TABLE.

CREATE OR REPLACE FUNCTION dsql_internal.check_function(function oid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  type oid;
BEGIN
  SELECT given INTO type
  FROM dsql_internal.pg_proc p,
    LATERAL (
      SELECT prorettype, 0
      UNION ALL
      SELECT kind, place
      FROM unnest(proallargtypes, proargmodes) WITH ORDINALITY AS arguments (kind, mode, place)
      WHERE mode IN ('o', 'b', 't')
    ) AS returned (kind, place),
    LATERAL dsql_internal.base_of(kind, -1) AS below,
    LATERAL (SELECT CASE WHEN typelem <> 0 AND typlen = -1 THEN typelem ELSE t.oid END AS element
      FROM dsql_internal.pg_type t WHERE t.oid = below.base) AS arrays,
    LATERAL (SELECT below.base AS given, typtype FROM dsql_internal.pg_type t WHERE t.oid = element) AS found
  WHERE p.oid = function AND (typtype IN ('r', 'm')
    OR element = ANY ('{point,line,lseg,box,path,polygon,circle}'::regtype[]))
  ORDER BY place LIMIT 1;
  IF FOUND THEN
    RAISE feature_not_supported USING
      MESSAGE = format('datatype %s not supported', format_type(type, NULL));
  END IF;
END
$$;

-- The words of the dialect for what is temporary. Those for tables are known.

CREATE OR REPLACE FUNCTION dsql_internal.temporary_words(tag text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT 'TEMPORARY or TEMP ' || lower(substr(tag, length('CREATE ') + 1)) || ' not supported'
    || CASE WHEN tag IN ('CREATE TABLE', 'CREATE VIEW', 'CREATE SEQUENCE') THEN ' for ' || tag ELSE '' END
$$;

-- Not for the superuser, and not for the shadows that occ/occ.sql makes under a setting of its own.

CREATE OR REPLACE FUNCTION dsql_internal.catalog_rules() RETURNS event_trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  command record;
  made text[] := '{}';
BEGIN
  IF current_setting('is_superuser') = 'on' OR current_setting('dsql.makes_shadows', true) = 'on' THEN
    RETURN;
  END IF;
  -- The text may say nothing of it: the search path can lead there.
  IF starts_with(tg_tag, 'CREATE')
      AND EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name = 'pg_temp') THEN
    RAISE feature_not_supported USING MESSAGE = dsql_internal.temporary_words(tg_tag);
  END IF;
  FOR command IN
    SELECT objid, object_type, starts_with(command_tag, 'CREATE') AS is_new
    FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp'
  LOOP
    CASE command.object_type
      WHEN 'table' THEN
        PERFORM dsql_internal.check_columns(command.objid);
        IF command.is_new THEN -- nothing that alters a table makes an index
          PERFORM dsql_internal.check_indexes(command.objid);
        END IF;
      WHEN 'index' THEN
        PERFORM dsql_internal.check_indexes(indrelid) FROM dsql_internal.pg_index WHERE indexrelid = command.objid;
      WHEN 'view' THEN PERFORM dsql_internal.check_view(command.objid);
      WHEN 'sequence' THEN PERFORM dsql_internal.check_sequence(command.objid);
      WHEN 'statistics object' THEN PERFORM dsql_internal.check_statistics(command.objid);
      WHEN 'schema' THEN PERFORM dsql_internal.check_schemas(0);
      WHEN 'function' THEN PERFORM dsql_internal.check_function(command.objid);
      WHEN 'type' THEN
        UPDATE dsql_internal.pg_type SET typtypmod = 1179658
        WHERE oid = command.objid AND typtype = 'd' AND typbasetype = 'numeric'::regtype AND typtypmod = -1;
      ELSE NULL;
    END CASE;
    IF command.is_new AND command.object_type <> ALL (made) THEN
      made := made || command.object_type;
    END IF;
  END LOOP;
  IF 'table' = ANY (made) THEN
    PERFORM dsql_internal.check_count('r', dsql_internal.max_of('tables'),
      'creating more than %s tables not allowed');
  END IF;
  IF 'view' = ANY (made) THEN
    PERFORM dsql_internal.check_count('v', dsql_internal.max_of('views'),
      'creating more than %s views not allowed');
  END IF;
  IF 'sequence' = ANY (made) THEN
    PERFORM dsql_internal.check_count('S', dsql_internal.max_of('sequences'),
      'creating more than %s sequences is not allowed');
  END IF;
END
$$;

-- A primary key stays as it is. STABLE, so that it sees the catalog as it was before the statement.

CREATE OR REPLACE FUNCTION dsql_internal.primary_key_stays() RETURNS event_trigger
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  dropped record;
BEGIN
  IF current_setting('is_superuser') = 'on' OR current_setting('dsql.makes_shadows', true) = 'on' THEN
    RETURN;
  END IF;
  FOR dropped IN
    SELECT classid, objid, objsubid FROM pg_event_trigger_dropped_objects()
    WHERE original AND NOT is_temporary
  LOOP
    IF dropped.classid = 'dsql_internal.pg_constraint'::regclass
        AND EXISTS (SELECT FROM dsql_internal.pg_constraint WHERE oid = dropped.objid AND contype = 'p') THEN
      RAISE feature_not_supported USING MESSAGE = 'unsupported ALTER TABLE DROP CONSTRAINT statement';
    END IF;
    IF dropped.classid = 'dsql_internal.pg_class'::regclass AND EXISTS (SELECT FROM dsql_internal.pg_constraint
        WHERE conrelid = dropped.objid AND contype = 'p' AND dropped.objsubid = ANY (conkey)) THEN
      RAISE feature_not_supported USING MESSAGE = format('cannot drop primary key column %s',
        (SELECT attname FROM dsql_internal.pg_attribute
         WHERE attrelid = dropped.objid AND attnum = dropped.objsubid));
    END IF;
  END LOOP;
END
$$;

DROP EVENT TRIGGER IF EXISTS dsql_catalog_rules;

CREATE EVENT TRIGGER dsql_catalog_rules ON ddl_command_end
WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE INDEX', 'CREATE VIEW', 'ALTER VIEW',
  'CREATE SEQUENCE', 'ALTER SEQUENCE', 'CREATE SCHEMA', 'CREATE STATISTICS', 'ALTER STATISTICS',
  'CREATE FUNCTION', 'CREATE DOMAIN')
EXECUTE FUNCTION dsql_internal.catalog_rules();

DROP EVENT TRIGGER IF EXISTS dsql_primary_key_stays;

CREATE EVENT TRIGGER dsql_primary_key_stays ON sql_drop
WHEN TAG IN ('ALTER TABLE')
EXECUTE FUNCTION dsql_internal.primary_key_stays();

-- The indexes of primary keys, for plans: on the service they include all columns, so nothing but the index
-- is read. A list of "schema index" in hexadecimal. Every session calls it; it tells what pg_index does.

CREATE OR REPLACE FUNCTION dsql_internal.primary_keys() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(concat(encode(convert_to(nspname, 'UTF8'), 'hex'), ' ',
    encode(convert_to(relname, 'UTF8'), 'hex')), ','), '')
  FROM dsql_internal.pg_index JOIN dsql_internal.pg_class c ON c.oid = indexrelid JOIN dsql_internal.pg_namespace n ON n.oid = relnamespace
  WHERE indisprimary AND relpersistence = 'p' AND nspname NOT IN ('pg_catalog', 'dsql_internal')
$$;

-- Only the event triggers call them.

DO $$
BEGIN
  EXECUTE (SELECT 'REVOKE ALL ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' FROM PUBLIC'
    FROM dsql_internal.pg_proc WHERE pronamespace = 'dsql_internal'::regnamespace
      AND (proname LIKE 'check\_%' OR proname IN ('base_of', 'catalog_rules', 'primary_key_stays', 'schemas_are_left')));
END
$$;
