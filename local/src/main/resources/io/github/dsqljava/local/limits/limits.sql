-- Limits of a transaction's changes: the rows, checked at the statement; the bytes, at COMMIT; the size of a
-- row, of its values and keys, at the statement. Run at every start, after occ.sql; a statement ends where a
-- semicolon is followed by an empty line.
--
-- PostgreSQL itself counts the rows, in the transition tables of triggers: every change of a row fires them,
-- a foreign key's action and COPY too. They are marked as internal, as the triggers of foreign keys are, so
-- that no tool takes them for the user's.

-- Only the enum Limit defines the limits. The start of PostgreSQL passes all of them as settings,
-- dsql.max_<name>; a missing one is an error. Earlier versions kept some in the database, where they would
-- win.

ALTER DATABASE postgres RESET ALL;

DROP FUNCTION IF EXISTS dsql_internal.max_of(text, bigint);

CREATE OR REPLACE FUNCTION dsql_internal.max_of(name text) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT pg_catalog.current_setting('dsql.max_' || name)::bigint
$$;

-- A transaction that is too large gets a row in here, which it can never commit.

CREATE UNLOGGED TABLE IF NOT EXISTS dsql_internal.oversize ();

CREATE OR REPLACE FUNCTION dsql_internal.mebibytes(bytes bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT ceil(bytes / (1024.0 * 1024.0))
$$;

CREATE OR REPLACE FUNCTION dsql_internal.limit_size() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  size bigint := split_part(current_setting('dsql.changed'), ':', 2)::bigint;
  most bigint := dsql_internal.max_of('transaction_bytes');
BEGIN
  RAISE EXCEPTION USING ERRCODE = '54000',
    MESSAGE = format('transaction size limit %smb exceeded', dsql_internal.mebibytes(most)),
    DETAIL = format('Current transaction size %smb > %smb',
      dsql_internal.mebibytes(size), dsql_internal.mebibytes(most));
END
$$;

DROP TRIGGER IF EXISTS limit_size ON dsql_internal.oversize;

CREATE CONSTRAINT TRIGGER limit_size AFTER INSERT ON dsql_internal.oversize
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dsql_internal.limit_size();

-- Whether an expression in the catalog may run with our rights: a client's own function may not, nor the
-- checks of a domain.

CREATE OR REPLACE FUNCTION dsql_internal.is_built_in(class oid, id oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT NOT EXISTS (SELECT FROM dsql_internal.pg_depend WHERE classid = class AND objid = id
    AND refclassid IN ('dsql_internal.pg_proc'::regclass, 'dsql_internal.pg_type'::regclass))
$$;

-- Whether an index of a table, or its statistics, may call a client's function: also by the check of a domain, which
-- leaves no trace where a whole row is named. PostgreSQL evaluates them for whoever plans a statement on the table.

CREATE OR REPLACE FUNCTION dsql_internal.indexes_call_clients(relation oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT EXISTS (SELECT FROM dsql_internal.pg_index WHERE indrelid = relation
      AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
      AND (NOT dsql_internal.is_built_in('dsql_internal.pg_class'::regclass, indexrelid)
        OR EXISTS (SELECT FROM dsql_internal.pg_attribute JOIN dsql_internal.pg_type t ON t.oid = atttypid
          WHERE attrelid = relation AND NOT attisdropped AND typtype = 'd')))
    OR EXISTS (SELECT FROM pg_catalog.pg_statistic_ext WHERE stxrelid = relation AND stxexprs IS NOT NULL)
$$;

-- SQL for the rows that a statement has changed. They are called as their table is, for an expression of an index
-- may name a whole row.

CREATE OR REPLACE FUNCTION dsql_internal.changed_rows(relation oid) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT format('dsql_changed AS %I', relname) FROM dsql_internal.pg_class WHERE oid = relation
$$;

-- SQL for the bytes of a row's key: its columns, as far as the index has them. The result of a client's own
-- function counts nothing.

CREATE OR REPLACE FUNCTION dsql_internal.key_bytes(index_id oid) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(
    format('coalesce(pg_column_size(%s), 0)', pg_get_indexdef(index_id, place, false)), ' + '), '0')
  FROM dsql_internal.pg_index, generate_series(1, indnkeyatts) AS place WHERE indexrelid = index_id
    AND (indkey[place - 1] <> 0 OR dsql_internal.is_built_in('dsql_internal.pg_class'::regclass, index_id))
$$;

-- SQL for the bytes that a row has in the indexes of its table. The primary key's holds the row
-- itself, and every other one the primary key.

CREATE OR REPLACE FUNCTION dsql_internal.entry_bytes(relation oid) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(
    CASE WHEN indpred IS NULL OR NOT dsql_internal.is_built_in('dsql_internal.pg_class'::regclass, indexrelid) THEN format('%s + %s', dsql_internal.key_bytes(indexrelid), primary_key)
      ELSE format('CASE WHEN %s THEN %s + %s ELSE 0 END', pg_get_expr(indpred, relation),
        dsql_internal.key_bytes(indexrelid), primary_key) END, ' + '), '0')
  FROM dsql_internal.pg_index, LATERAL (SELECT coalesce((SELECT dsql_internal.key_bytes(p.indexrelid)
    FROM dsql_internal.pg_index p WHERE p.indrelid = relation AND p.indisprimary), '0') AS primary_key) p
  WHERE indrelid = relation AND NOT indisprimary
$$;

-- What a value takes when it is stored, which is what counts: maybe less than its length, for it is
-- compressed. Only storing it tells. PostgreSQL here compresses in another way than the service, and gives up
-- earlier.

CREATE UNLOGGED TABLE IF NOT EXISTS dsql_internal.measured (t text, b bytea, j json, jb jsonb);

ALTER TABLE dsql_internal.measured ENABLE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION dsql_internal.stored_bytes(t text, b bytea, j json, jb jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  size bigint;
BEGIN
  INSERT INTO dsql_internal.measured VALUES (t, b, j, jb);
  SELECT coalesce(pg_column_size(m.t), pg_column_size(m.b), pg_column_size(m.j), pg_column_size(m.jb))
  INTO size FROM dsql_internal.measured m;
  DELETE FROM dsql_internal.measured;
  RETURN size;
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.stored_bytes(text, bytea, json, jsonb) FROM PUBLIC;

-- Whether values of a type may be larger than the limit. Seen for text, bytea and jsonb; inferred for json, and for
-- varchar and char without a length.

CREATE OR REPLACE FUNCTION dsql_internal.is_measured(type regtype) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$ SELECT type = ANY ('{text,bytea,json,jsonb,varchar,bpchar}'::regtype[]) $$;

-- SQL for the stored bytes of a column, if they may be more than some bytes; else for those that it has now.

CREATE OR REPLACE FUNCTION dsql_internal.stored_size(column_name name, type regtype, more_than bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN dsql_internal.is_measured(type)
    THEN format('CASE WHEN pg_column_size(%1$I) > %2$s THEN dsql_internal.stored_bytes(%3$s)'
      ' ELSE pg_column_size(%1$I) END', column_name, more_than,
      (SELECT string_agg(CASE WHEN kind = type
          OR (kind = 'text'::regtype AND type IN ('varchar'::regtype, 'bpchar'::regtype)) THEN quote_ident(column_name) ELSE 'NULL' END, ', ' ORDER BY place)
        FROM unnest('{text,bytea,json,jsonb}'::regtype[]) WITH ORDINALITY AS kinds (kind, place)))
    ELSE format('pg_column_size(%I)', column_name) END
$$;

-- SQL for what the key of an index takes, with that of the primary key, which every other index carries. The
-- limit is about 1,981 bytes for one column, and some 7 less for each further one.

CREATE OR REPLACE FUNCTION dsql_internal.whole_key_bytes(index_id oid) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN i.indpred IS NULL THEN size ELSE format('CASE WHEN %s THEN %s ELSE 0 END',
    pg_get_expr(i.indpred, i.indrelid), size) END
  FROM dsql_internal.pg_index i LEFT JOIN dsql_internal.pg_index p ON p.indrelid = i.indrelid AND p.indisprimary AND NOT i.indisprimary,
  LATERAL (SELECT format('%s + %s + %s', dsql_internal.key_bytes(i.indexrelid),
    coalesce(dsql_internal.key_bytes(p.indexrelid), '0'),
    7 * (i.indnkeyatts + coalesce(p.indnkeyatts, 0) - 1)) AS size) AS sum
  WHERE i.indexrelid = index_id
$$;

-- SQL that finds the fault of the largest rows: a value, a key, or all of it.

CREATE OR REPLACE FUNCTION dsql_internal.row_faults(relation oid, largest bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  WITH columns AS (
    SELECT attnum, attname, sys.base_type_oid(atttypid)::regtype AS base
    FROM dsql_internal.pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped)
  SELECT 'coalesce(' || string_agg(fault, ', ' ORDER BY place) || ', NULL)'
  FROM (
    SELECT attnum AS place, format('CASE WHEN max(%s) > %s THEN %L END',
      dsql_internal.stored_size(attname, base, most), most,
      format('datatype limit greater than %s bytes not supported for %s', most,
        CASE base WHEN 'varchar'::regtype THEN 'varchar' WHEN 'bpchar'::regtype THEN 'char' ELSE base::text END)) AS fault
    FROM columns, dsql_internal.max_of('value_bytes') AS most
    WHERE largest > most AND dsql_internal.is_measured(base)
    UNION ALL
    SELECT 32767, format('CASE WHEN max(greatest(%s)) > %s THEN %L END',
      string_agg(dsql_internal.whole_key_bytes(indexrelid), ', '),
      dsql_internal.max_of('key_bytes'), 'key size too large')
    FROM dsql_internal.pg_index WHERE indrelid = relation
      AND (indpred IS NULL OR dsql_internal.is_built_in('dsql_internal.pg_class'::regclass, indexrelid))
    HAVING count(*) > 0
    UNION ALL
    SELECT 32768, format('CASE WHEN max(%s) > %s THEN %L END',
      string_agg(format('coalesce(%s, 0)', dsql_internal.stored_size(attname, base, 2030)), ' + '), most,
      'maximum row size exceeded')
    FROM columns, dsql_internal.max_of('row_bytes') AS most
    WHERE largest > most
    GROUP BY most
  ) AS faults
$$;

-- PostgreSQL compares keys, and follows foreign keys, on the newest data. A commit that the snapshot does not
-- show may have freed a key or taken a child away that the snapshot shows still. Such a statement fails here,
-- as one that meets a new key does, and is looked at again on the snapshot. The setting dsql.behind says that
-- there may have been a commit; limit_frees, that it may have been one of this kind.

-- The newest of all transactions that have deleted rows, or changed columns that are keys. A sequence is the one
-- thing that all sessions see at once, whatever their snapshots, and that no rollback takes back.

CREATE SEQUENCE IF NOT EXISTS dsql_internal.freeing MINVALUE 0 START 0;

-- Notes that this transaction is one of them; before it commits, so whoever meets what it has freed finds the note.
-- The lock, without which a smaller number might overwrite a larger one, goes with the block: a sequence's value
-- stays.

CREATE OR REPLACE FUNCTION dsql_internal.limit_frees() RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  mine pg_catalog.int8 := pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.int8;
BEGIN
  IF mine <= coalesce(pg_catalog.pg_sequence_last_value('dsql_internal.freeing'), 0) THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock('dsql_internal.freeing'::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int8);
    IF mine > coalesce(pg_catalog.pg_sequence_last_value('dsql_internal.freeing'), 0) THEN
      PERFORM pg_catalog.setval('dsql_internal.freeing', mine);
    END IF;
    RAISE no_data_found;
  EXCEPTION WHEN no_data_found THEN
    NULL;
  END;
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.limit_frees() FROM PUBLIC;

-- A client that held the lock would stop all who delete. The dialect refuses these functions by their names; this
-- holds wherever it does not see the name.

DO $$
BEGIN
  EXECUTE (SELECT 'REVOKE ALL ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' FROM PUBLIC'
    FROM pg_catalog.pg_proc WHERE proname ~ '^pg_(try_)?advisory_' AND pronamespace = 'pg_catalog'::regnamespace);
END
$$;

-- Whether a transaction that has freed something may be invisible to the snapshot. All below its xmin were over when
-- it was taken.

CREATE OR REPLACE FUNCTION dsql_internal.limit_freed() RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT coalesce(pg_catalog.pg_sequence_last_value('dsql_internal.freeing'), 0)
    >= pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8
$$;

REVOKE ALL ON FUNCTION dsql_internal.limit_freed() FROM PUBLIC;

-- The columns whose change may free or take a key, or part a child from its parent: those of unique indexes, and of
-- foreign keys. 0 stands for all of them: an expression names a whole row, of which PostgreSQL keeps no trace but
-- the expression.

CREATE OR REPLACE FUNCTION dsql_internal.limit_key_columns(relation oid) RETURNS smallint[]
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  WITH keys AS (SELECT * FROM dsql_internal.pg_index WHERE indrelid = relation AND indisunique)
  SELECT array_agg(DISTINCT number ORDER BY number) FROM (
    SELECT indkey[place] FROM keys, generate_series(0, indnkeyatts - 1) AS place WHERE indkey[place] <> 0
    UNION ALL
    SELECT refobjsubid::smallint FROM keys JOIN dsql_internal.pg_depend
    ON classid = 'dsql_internal.pg_class'::regclass AND objid = indexrelid
      AND refclassid = 'dsql_internal.pg_class'::regclass AND refobjid = relation AND refobjsubid <> 0
    WHERE indexprs IS NOT NULL OR indpred IS NOT NULL
    UNION ALL
    SELECT 0::smallint FROM keys WHERE strpos(concat(indexprs::text, indpred::text), ':varattno 0 ') > 0
    UNION ALL
    SELECT unnest(conkey) FROM dsql_internal.pg_constraint WHERE conrelid = relation AND contype = 'f'
  ) AS numbers (number)
$$;

REVOKE ALL ON FUNCTION dsql_internal.limit_key_columns(oid) FROM PUBLIC;

-- Lets the trigger dsql$keys of a table fire for these columns only. It fires for each row: of several UPDATEs of one
-- table in one statement, PostgreSQL fires the triggers of the last alone, for the columns that the last sets.

CREATE OR REPLACE FUNCTION dsql_internal.limit_keys_of(relation oid) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  numbers smallint[] := dsql_internal.limit_key_columns(relation);
  columns int2vector := CASE WHEN 0 = ANY (numbers) THEN '' ELSE array_to_string(numbers, ' ') END;
  mode "char" := CASE WHEN numbers IS NULL THEN 'D' ELSE 'O' END;
BEGIN
  UPDATE dsql_internal.pg_trigger SET tgattr = coalesce(columns, ''), tgenabled = mode
  WHERE tgrelid = relation AND tgname = 'dsql$keys' AND tgfoid = 'dsql_internal.limit_changes'::regproc
    AND (tgattr, tgenabled) IS DISTINCT FROM (coalesce(columns, ''), mode);
  IF FOUND THEN
    -- Makes sessions learn the trigger anew.
    UPDATE dsql_internal.pg_attribute SET attname = attname WHERE attrelid = relation AND attnum = -1;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.limit_keys_of(oid) FROM PUBLIC;

-- SQL that says whether the snapshot shows two rows with one key that has just been written. If an index calls
-- a client's function, nothing on its table is planned here (occ_run in occ.sql says why), and it is not
-- known.

CREATE OR REPLACE FUNCTION dsql_internal.key_is_double(relation oid) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN count(*) > 0 AND dsql_internal.indexes_call_clients(relation) THEN 'true' ELSE string_agg(format(
      'EXISTS (SELECT FROM (SELECT %1$s FROM %5$s WHERE %2$s) c'
      ' WHERE (SELECT count(*) FROM (SELECT %1$s FROM ONLY %3$s WHERE %2$s) b WHERE %4$s) > 1)',
      columns, predicate, relation::regclass, same, dsql_internal.changed_rows(relation)), ' OR ') END
  FROM (
    SELECT coalesce(pg_get_expr(indpred, relation), 'true') AS predicate,
      (SELECT string_agg(format('%s AS k%s', pg_get_indexdef(indexrelid, place, false), place), ', ')
        FROM generate_series(1, indnkeyatts) AS place) AS columns,
      (SELECT string_agg(format(CASE WHEN indnullsnotdistinct
          THEN 'b.k%1$s IS NOT DISTINCT FROM c.k%1$s' ELSE 'b.k%1$s = c.k%1$s' END, place), ' AND ')
        FROM generate_series(1, indnkeyatts) AS place) AS same
    FROM dsql_internal.pg_index WHERE indrelid = relation AND indisunique AND indisready
  ) AS keys
$$;

-- SQL that says whether the snapshot shows children of a row that is gone from it: gone is the table of the
-- rows as they were.

CREATE OR REPLACE FUNCTION dsql_internal.child_is_left(relation oid, gone text) RETURNS text
LANGUAGE sql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN count(*) > 0 AND (dsql_internal.indexes_call_clients(relation)
      OR bool_or(dsql_internal.indexes_call_clients(conrelid))) THEN 'true' ELSE string_agg(format(
      'EXISTS (SELECT FROM %s c JOIN ONLY %s b ON %s'
      ' WHERE NOT EXISTS (SELECT FROM ONLY %s p WHERE %s))',
      gone, conrelid::regclass, of_child, relation::regclass, of_parent), ' OR ') END
  FROM (
    SELECT conrelid, string_agg(format('b.%I = c.%I', child.attname, parent.attname), ' AND ') AS of_child,
      string_agg(format('p.%1$I = c.%1$I', parent.attname), ' AND ') AS of_parent
    FROM dsql_internal.pg_constraint, unnest(conkey, confkey) AS pair (of_child, of_parent)
    JOIN dsql_internal.pg_attribute child ON child.attnum = of_child
    JOIN dsql_internal.pg_attribute parent ON parent.attnum = of_parent
    WHERE contype = 'f' AND confrelid = relation AND NOT condeferrable
      AND child.attrelid = conrelid AND parent.attrelid = confrelid
    GROUP BY dsql_internal.pg_constraint.oid, conrelid
  ) AS keys
$$;

CREATE OR REPLACE FUNCTION dsql_internal.limit_age(age interval) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := extract(epoch FROM current_setting('dsql.transaction_age_limit')::interval);
BEGIN
  RAISE program_limit_exceeded USING
    MESSAGE = format('transaction age limit of %ss exceeded', most),
    DETAIL = format('Current transaction age %ss exceeds %ss', floor(extract(epoch FROM age)), most);
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.limit_age(interval) FROM PUBLIC;

-- The sum of the transaction so far stands in a setting that is local to it, as "rows:bytes", so that a
-- rollback to a savepoint takes back its counts.

-- The function has no search path of its own, which would be a fifth of its time, so all names have schemas.
-- Only the SQL made for a table runs with one, for it has built-in names that a client could take.

CREATE OR REPLACE FUNCTION dsql_internal.limit_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
  before pg_catalog.text := pg_catalog.current_setting('dsql.changed', true);
  most_bytes pg_catalog.int8 := pg_catalog.current_setting('dsql.max_transaction_bytes')::pg_catalog.int8;
  most_key_bytes pg_catalog.int8 := pg_catalog.current_setting('dsql.max_key_bytes')::pg_catalog.int8;
  age pg_catalog.interval := pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp();
  all_rows pg_catalog.int8;
  all_bytes pg_catalog.int8;
  largest pg_catalog.int8;
  more pg_catalog.int8;
  fault pg_catalog.text;
  path pg_catalog.text;
  found_one pg_catalog.bool;
  key_list pg_catalog.text;
  -- Tables whose keys' columns this transaction has set.
  set_tables pg_catalog.text := coalesce(pg_catalog.current_setting('dsql.keys_set', true), '');
  sets_keys pg_catalog.bool;
BEGIN
  IF TG_LEVEL = 'ROW' THEN
    IF pg_catalog.strpos(set_tables, pg_catalog.format(' %s ', TG_RELID)) = 0 THEN
      PERFORM dsql_internal.set_config('dsql.keys_set', pg_catalog.format('%s %s ', set_tables, TG_RELID), true);
    END IF;
    RETURN NULL; -- dsql$update does the rest
  END IF;
  -- A statement is not cut while it runs. One that has run for too long fails at its end, before it counts.
  IF age > pg_catalog.current_setting('dsql.transaction_age_limit')::pg_catalog.interval THEN
    PERFORM dsql_internal.limit_age(age);
  END IF;
  SELECT pg_catalog.count(*), pg_catalog.sum(pg_catalog.pg_column_size(changed.*)), pg_catalog.max(pg_catalog.pg_column_size(changed.*))
  INTO all_rows, all_bytes, largest FROM dsql_changed changed;
  IF all_rows = 0 THEN
    RETURN NULL;
  END IF;
  -- The transaction is on shadows. What it has done here in spite of that would be gone at its COMMIT.
  IF pg_catalog.current_setting('dsql.off_tables', true) = 'on' THEN
    RAISE serialization_failure USING MESSAGE = 'change conflicts with another transaction (OC000)';
  END IF;
  sets_keys := TG_OP = 'UPDATE' AND pg_catalog.strpos(set_tables, pg_catalog.format(' %s ', TG_RELID)) > 0;
  IF sets_keys THEN
    -- Many programs set all columns, and so does a transaction that repeats its changes. Values that are equal may
    -- differ in their texts, on which an expression may depend, and settings may make texts equal that are not.
    SELECT pg_catalog.string_agg(pg_catalog.format('%1$I, %1$I::pg_catalog.text', attname), ', ') INTO key_list
    FROM dsql_internal.pg_trigger JOIN dsql_internal.pg_attribute ON attrelid = tgrelid AND attnum = ANY (tgattr)
    WHERE tgrelid = TG_RELID AND tgname = 'dsql$keys';
    IF key_list <> '' THEN
      BEGIN
        EXECUTE pg_catalog.format(
          'SELECT EXISTS (SELECT %1$s FROM dsql_before EXCEPT ALL SELECT %1$s FROM dsql_changed)', key_list)
        INTO sets_keys;
      EXCEPTION WHEN undefined_function THEN
        sets_keys := true; -- a type that cannot be compared
      END;
    END IF;
  END IF;
  IF TG_OP = 'DELETE' OR sets_keys THEN
    PERFORM dsql_internal.limit_frees();
  END IF;
  IF (TG_OP <> 'UPDATE' OR sets_keys) AND pg_catalog.current_setting('dsql.behind', true) = 'on'
      AND dsql_internal.limit_freed() THEN
    path := pg_catalog.current_setting('search_path');
    PERFORM dsql_internal.set_config('search_path', 'pg_catalog, pg_temp', true);
    IF TG_OP <> 'DELETE' THEN
      EXECUTE 'SELECT ' || coalesce(dsql_internal.key_is_double(TG_RELID), 'false') INTO found_one;
      IF found_one THEN
        RAISE unique_violation USING MESSAGE = 'a key is taken on the snapshot';
      END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
      EXECUTE 'SELECT ' || coalesce(dsql_internal.child_is_left(TG_RELID,
        CASE TG_OP WHEN 'DELETE' THEN 'dsql_changed' ELSE 'dsql_before' END), 'false') INTO found_one;
      IF found_one THEN
        RAISE foreign_key_violation USING MESSAGE = 'a key is in use on the snapshot';
      END IF;
    END IF;
    PERFORM dsql_internal.set_config('search_path', path, true);
  END IF;
  IF TG_OP = 'DELETE' THEN
    all_bytes := 0; -- what the service counts for a row that goes is unknown
  ELSIF largest > least(most_key_bytes / 2 - 100, dsql_internal.max_of('value_bytes')) THEN
    -- A column may be in both keys, and sixteen columns take a hundred bytes.
    path := pg_catalog.current_setting('search_path');
    PERFORM dsql_internal.set_config('search_path', 'pg_catalog, pg_temp', true);
    EXECUTE pg_catalog.format('SELECT %s FROM %s',
      coalesce(dsql_internal.row_faults(TG_RELID, largest), 'NULL'), dsql_internal.changed_rows(TG_RELID))
    INTO fault;
    PERFORM dsql_internal.set_config('search_path', path, true);
    IF fault IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = fault;
    END IF;
  END IF;
  IF before <> '' THEN
    all_rows := all_rows + pg_catalog.split_part(before, ':', 1)::pg_catalog.int8;
    all_bytes := all_bytes + pg_catalog.split_part(before, ':', 2)::pg_catalog.int8;
  END IF;
  IF all_rows > pg_catalog.current_setting('dsql.max_transaction_rows')::pg_catalog.int8 THEN
    RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'transaction row limit exceeded';
  END IF;
  -- None of a row's entries in indexes is larger than the row: below this the function need not look at them.
  -- A table may have more indexes than a limit allows that was lowered since, but hardly a hundred.
  IF all_bytes > most_bytes
      / (1 + greatest(99, pg_catalog.current_setting('dsql.max_indexes_per_table')::pg_catalog.int8)) THEN
    path := pg_catalog.current_setting('search_path');
    PERFORM dsql_internal.set_config('search_path', 'pg_catalog, pg_temp', true);
    EXECUTE pg_catalog.format('SELECT pg_catalog.sum(%s) FROM %s',
      dsql_internal.entry_bytes(TG_RELID), dsql_internal.changed_rows(TG_RELID)) INTO more;
    PERFORM dsql_internal.set_config('search_path', path, true);
    all_bytes := all_bytes + more;
  END IF;
  before := dsql_internal.set_config('dsql.changed', all_rows || ':' || all_bytes, true);
  IF all_bytes > most_bytes THEN
    INSERT INTO dsql_internal.oversize DEFAULT VALUES;
  END IF;
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.limit_changes() FROM PUBLIC;

CREATE OR REPLACE FUNCTION dsql_internal.limit_changes_of(relation regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  item record;
BEGIN
  FOR item IN
    SELECT * FROM (VALUES ('insert', 'INSERT', 'NEW'), ('update', 'UPDATE', 'OLD TABLE AS dsql_before NEW'),
      ('delete', 'DELETE', 'OLD')) AS made (name, event, rows)
  LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s REFERENCING %s TABLE AS dsql_changed'
      ' FOR EACH STATEMENT EXECUTE FUNCTION dsql_internal.limit_changes()',
      'dsql$' || item.name, item.event, relation, item.rows);
  END LOOP;
  EXECUTE format('CREATE TRIGGER "dsql$keys" AFTER UPDATE ON %s FOR EACH ROW'
    ' EXECUTE FUNCTION dsql_internal.limit_changes()', relation);
  UPDATE dsql_internal.pg_trigger SET tgisinternal = true
  WHERE tgrelid = relation AND tgfoid = 'dsql_internal.limit_changes'::regproc;
  PERFORM dsql_internal.limit_keys_of(relation);
END
$$;

REVOKE ALL ON FUNCTION dsql_internal.limit_changes_of(regclass) FROM PUBLIC;

CREATE OR REPLACE FUNCTION dsql_internal.limit_tables() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  made record;
BEGIN
  FOR made IN
    SELECT DISTINCT objid FROM pg_event_trigger_ddl_commands()
    WHERE command_tag = 'CREATE TABLE' AND schema_name NOT IN ('pg_temp', 'dsql_internal', 'sys')
  LOOP
    PERFORM dsql_internal.limit_changes_of(made.objid);
  END LOOP;
  -- An index that is built by a job gets unique there.
  FOR made IN
    SELECT DISTINCT coalesce(indrelid, objid) AS relation FROM pg_event_trigger_ddl_commands()
    LEFT JOIN dsql_internal.pg_index ON indexrelid = objid
    WHERE classid = 'dsql_internal.pg_class'::regclass AND command_tag IN ('ALTER TABLE', 'CREATE INDEX')
      AND coalesce(indisunique, true)
  LOOP
    PERFORM dsql_internal.limit_keys_of(made.relation);
  END LOOP;
END
$$;

-- For clients, the triggers of limit_changes do not exist. STABLE, so that it sees the catalog as it was
-- before.

CREATE OR REPLACE FUNCTION dsql_internal.limit_stays() RETURNS event_trigger
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  touched oid[];
  item record;
BEGIN
  IF TG_EVENT = 'sql_drop' THEN
    touched := ARRAY (SELECT objid FROM pg_event_trigger_dropped_objects() WHERE original);
  ELSE
    touched := ARRAY (SELECT objid FROM pg_event_trigger_ddl_commands());
  END IF;
  FOR item IN
    SELECT tgname, relname FROM dsql_internal.pg_trigger JOIN dsql_internal.pg_class ON dsql_internal.pg_class.oid = tgrelid
    WHERE dsql_internal.pg_trigger.oid = ANY (touched) AND tgfoid = 'dsql_internal.limit_changes'::regproc
  LOOP
    RAISE undefined_object USING MESSAGE =
      format('trigger "%s" for table "%s" does not exist', item.tgname, item.relname);
  END LOOP;
END
$$;

DROP EVENT TRIGGER IF EXISTS dsql_limit_not_dropped;

-- Triggers that an older dsql-local has made do not keep the rows as they were, or know no keys.

DO $$
DECLARE
  old record;
BEGIN
  FOR old IN
    SELECT tgname, tgrelid::regclass AS relation FROM dsql_internal.pg_trigger t
    WHERE tgfoid = 'dsql_internal.limit_changes'::regproc AND (EXISTS (SELECT FROM dsql_internal.pg_trigger u
        WHERE u.tgrelid = t.tgrelid AND u.tgfoid = t.tgfoid AND u.tgname = 'dsql$update' AND u.tgoldtable IS NULL)
      OR NOT EXISTS (SELECT FROM dsql_internal.pg_trigger u
        WHERE u.tgrelid = t.tgrelid AND u.tgfoid = t.tgfoid AND u.tgname = 'dsql$keys' AND u.tgtype & 1 <> 0))
  LOOP
    UPDATE dsql_internal.pg_trigger SET tgisinternal = false WHERE tgname = old.tgname AND tgrelid = old.relation;
    EXECUTE format('DROP TRIGGER %I ON %s', old.tgname, old.relation);
  END LOOP;
END
$$;

CREATE EVENT TRIGGER dsql_limit_not_dropped ON sql_drop WHEN TAG IN ('DROP TRIGGER')
EXECUTE FUNCTION dsql_internal.limit_stays();

DROP EVENT TRIGGER IF EXISTS dsql_limit_not_altered;

CREATE EVENT TRIGGER dsql_limit_not_altered ON ddl_command_end WHEN TAG IN ('ALTER TRIGGER', 'COMMENT')
EXECUTE FUNCTION dsql_internal.limit_stays();

DROP EVENT TRIGGER IF EXISTS dsql_limits;

CREATE EVENT TRIGGER dsql_limits ON ddl_command_end
WHEN TAG IN ('CREATE TABLE', 'CREATE SCHEMA', 'ALTER TABLE', 'CREATE INDEX')
EXECUTE FUNCTION dsql_internal.limit_tables();

-- Tables of a data directory that an older dsql-local has made.

SELECT dsql_internal.limit_changes_of(c.oid)
FROM dsql_internal.pg_class c JOIN dsql_internal.pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema', 'dsql_internal', 'sys')
  AND NOT EXISTS (SELECT FROM dsql_internal.pg_trigger
    WHERE tgrelid = c.oid AND tgfoid = 'dsql_internal.limit_changes'::regproc);
