-- Functions for optimistic concurrency; docs/concurrency.md explains them. The superuser runs this script at
-- every start of a cluster; a statement ends where a semicolon is followed by an empty line.
--
-- "Changes" are the net effect of the running transaction, as JSON in base64 (pure ASCII in every client
-- encoding), one object for each row: r table, k kind (del, upd, ins, lock), t ctid of the version in the
-- snapshot, s strength of the row lock (1 key share, 2 no key update, 3 update), n the new version as text, h
-- a hash of its key. A "footprint" is "table:key:strength ..." of the changed rows that were there before. The key identifies a
-- row for all transactions, no matter which version each of them sees.

-- What an older dsql-local has left in a data directory.

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dsql_repeat')
      OR to_regprocedure('dsql_internal.occ_snapshot(text)') IS NOT NULL THEN
    EXECUTE (SELECT 'DROP FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' CASCADE'
      FROM dsql_internal.pg_proc WHERE pronamespace = 'dsql_internal'::regnamespace AND proname LIKE 'occ\_%');
    DROP TABLE IF EXISTS dsql_internal.occ_secret;
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dsql_repeat') THEN
    DROP OWNED BY dsql_repeat;
    DROP ROLE dsql_repeat;
  END IF;
END
$$;

DROP FUNCTION IF EXISTS dsql_internal.occ_identity(regclass);

-- PostgreSQL has no view of row locks, so these functions read the pages of a table.

CREATE OR REPLACE FUNCTION dsql_internal.occ_raw_page(relation text, block bigint) RETURNS bytea
LANGUAGE c STRICT AS '$libdir/pageinspect', 'get_raw_page_1_9';

CREATE OR REPLACE FUNCTION dsql_internal.occ_page_items(page bytea,
  OUT lp smallint, OUT lp_off smallint, OUT lp_flags smallint, OUT lp_len smallint,
  OUT t_xmin xid, OUT t_xmax xid, OUT t_field3 integer, OUT t_ctid tid, OUT t_infomask2 integer,
  OUT t_infomask integer, OUT t_hoff smallint, OUT t_bits text, OUT t_oid oid, OUT t_data bytea)
RETURNS SETOF record
LANGUAGE c STRICT AS '$libdir/pageinspect', 'heap_page_items';

CREATE OR REPLACE FUNCTION dsql_internal.occ_columns(relation oid, t_data bytea,
  t_infomask integer, t_infomask2 integer, t_bits text) RETURNS bytea[]
LANGUAGE c AS '$libdir/pageinspect', 'tuple_data_split';

CREATE OR REPLACE FUNCTION dsql_internal.occ_page_header(page bytea,
  OUT lsn pg_lsn, OUT checksum smallint, OUT flags smallint, OUT lower integer, OUT upper integer,
  OUT special integer, OUT pagesize integer, OUT version smallint, OUT prune_xid xid)
LANGUAGE c STRICT AS '$libdir/pageinspect', 'page_header';

-- The write-ahead log says which transaction has touched which page, also by a lock.

CREATE OR REPLACE FUNCTION dsql_internal.occ_log(start_lsn pg_lsn, end_lsn pg_lsn, show_data boolean,
  OUT started pg_lsn, OUT ended pg_lsn, OUT prev_lsn pg_lsn, OUT block_id smallint, OUT reltablespace oid,
  OUT reldatabase oid, OUT relfilenode oid, OUT relforknumber smallint, OUT relblocknumber bigint,
  OUT xid xid, OUT resource_manager text, OUT record_type text, OUT record_length integer,
  OUT main_data_length integer, OUT block_data_length integer, OUT block_fpi_length integer,
  OUT block_fpi_info text[], OUT description text, OUT block_data bytea, OUT block_fpi_data bytea)
RETURNS SETOF record
LANGUAGE c STRICT AS '$libdir/pg_walinspect', 'pg_get_wal_block_info';

REVOKE ALL ON FUNCTION dsql_internal.occ_raw_page(text, bigint),
  dsql_internal.occ_page_items(bytea),
  dsql_internal.occ_columns(oid, bytea, integer, integer, text),
  dsql_internal.occ_page_header(bytea),
  dsql_internal.occ_log(pg_lsn, pg_lsn, boolean) FROM PUBLIC;

-- The ids of this transaction and of its open subtransactions. Released ones are not among them.

CREATE OR REPLACE FUNCTION dsql_internal.occ_own_xids() RETURNS xid[]
LANGUAGE sql STABLE
AS $$
  SELECT coalesce(array_agg(transactionid), '{}') FROM pg_catalog.pg_locks
  WHERE locktype = 'transactionid' AND pid = pg_catalog.pg_backend_pid()
    AND mode = 'ExclusiveLock' AND granted
$$;

-- Has the log written up to a place, so that it can be read. The server's own snapshot wakes the process that
-- writes it, but only if that sleeps deeply or a page of the log is full behind what it has written; so a
-- page is filled first. Returns false if the process has not had its turn for some milliseconds.

CREATE OR REPLACE FUNCTION dsql_internal.occ_flush(place pg_lsn, patience bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  turns bigint := 0;
BEGIN
  IF pg_current_wal_flush_lsn() < place THEN
    PERFORM pg_logical_emit_message(false, '', repeat(' ', current_setting('wal_block_size')::integer));
    PERFORM pg_log_standby_snapshot();
    WHILE pg_current_wal_flush_lsn() < place LOOP
      turns := turns + 1;
      IF turns > 200 + patience THEN
        RETURN false;
      ELSIF turns > 200 THEN -- some hundred microseconds
        PERFORM pg_sleep(0.001);
      END IF;
    END LOOP;
  END IF;
  RETURN true;
END
$$;

-- The key of a row, unique in its table: the bytes of its primary key, or its place if it has none.

CREATE OR REPLACE FUNCTION dsql_internal.occ_key(primary_key int2vector, id tid, columns bytea[])
RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT coalesce(string_agg(encode(columns[number], 'hex'), '.' ORDER BY place), id::text)
  FROM unnest(primary_key::int2[]) WITH ORDINALITY AS part (number, place)
$$;

-- The pages that this transaction may have touched: of a small table all, of a large one those that the log
-- names, or those that are not older than the transaction. If it is not known where the log was when the
-- transaction began, all.

CREATE OR REPLACE FUNCTION dsql_internal.occ_blocks(relation regclass, own xid[], since pg_lsn) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  small CONSTANT bigint := 16;
  pages bigint := pg_relation_size(relation) / 8192;
  latest pg_lsn := pg_current_wal_insert_lsn();
BEGIN
  IF since IS NULL OR pages <= small THEN
    RETURN ARRAY (SELECT generate_series(0, pages - 1));
  ELSIF latest - since < pages * 8192 / 2
      AND dsql_internal.occ_flush(latest, 20 + pages / 50) THEN -- to read the pages takes longer
    BEGIN
      RETURN ARRAY (
        SELECT DISTINCT relblocknumber FROM dsql_internal.occ_log(since, latest, false)
        WHERE relfilenode = pg_relation_filenode(relation) AND relforknumber = 0 AND xid = ANY (own));
    EXCEPTION WHEN OTHERS THEN
      NULL; -- a part of the log is gone
    END;
  END IF;
  RETURN ARRAY (
    SELECT block FROM generate_series(0, pages - 1) AS block
    WHERE (dsql_internal.occ_page_header(dsql_internal.occ_raw_page(relation::text, block))).lsn >= since);
END
$$;

-- Row versions that this transaction made, removed or locked. did: 0 made, 1 to 3 locked with that
-- strength, 12 and 13 replaced or removed with strength 2 or 3.

CREATE OR REPLACE FUNCTION dsql_internal.occ_touched(relation regclass, own xid[], blocks bigint[])
RETURNS TABLE (id tid, made_by xid, next tid, did integer, key text)
LANGUAGE sql STABLE
AS $$
  SELECT id, t_xmin, t_ctid, did,
    CASE WHEN did > 0 THEN dsql_internal.occ_key(
      (SELECT indkey FROM dsql_internal.pg_index WHERE indrelid = relation AND indisprimary), id,
      dsql_internal.occ_columns(relation, t_data, t_infomask, t_infomask2, t_bits)) END
  FROM (
    SELECT format('(%s,%s)', block, lp)::tid AS id, t_xmin, t_ctid, t_data, t_infomask, t_infomask2, t_bits,
      CASE
        WHEN t_infomask & 2048 <> 0 THEN 0
        WHEN t_infomask & 4096 <> 0 THEN
          -- A lock may be stronger than the change that came after it.
          (SELECT coalesce(max(CASE m.mode WHEN 'keysh' THEN 1 WHEN 'forupd' THEN 3 WHEN 'upd' THEN 3
             ELSE 2 END) + CASE WHEN bool_or(m.mode IN ('nokeyupd', 'upd')) THEN 10 ELSE 0 END, 0)
           FROM pg_get_multixact_members(t_xmax) m WHERE m.xid = ANY (own))
        WHEN t_xmax <> ALL (own) THEN 0
        WHEN t_infomask & 128 <> 0 THEN
          CASE WHEN t_infomask & 64 = 0 THEN 1 WHEN t_infomask2 & 8192 <> 0 THEN 3 ELSE 2 END
        WHEN t_infomask2 & 8192 <> 0 THEN 13
        ELSE 12
      END AS did
    FROM unnest(blocks) block,
      LATERAL dsql_internal.occ_page_items(dsql_internal.occ_raw_page(relation::text, block))
    WHERE lp_flags = 1
      AND (t_xmin = ANY (own) OR t_xmax = ANY (own) OR t_infomask & 4096 <> 0)
  ) AS version
  WHERE did > 0 OR t_xmin = ANY (own)
$$;

-- SQL for a hash of the key of the row "dsql$row" by which other rows refer to it: the primary key, unless foreign
-- keys refer to another one only. Equal keys have equal hashes, whatever their bytes are: 1.0 and 1.00, for
-- example. Null if there is no key, or a part of it is missing.

CREATE OR REPLACE FUNCTION dsql_internal.occ_hash(relation oid) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT coalesce((
    SELECT format('CASE WHEN num_nulls(%1$s) = 0 THEN'
      ' hash_record_extended(ROW(%1$s), 0) || '':'' || hash_record_extended(ROW(%1$s), 1) END',
      string_agg(format('"dsql$row".%I', attname), ', ' ORDER BY attnum))
    FROM (
      SELECT indkey FROM dsql_internal.pg_index WHERE indrelid = relation AND (indisprimary OR indexrelid IN (
        SELECT conindid FROM dsql_internal.pg_constraint WHERE contype = 'f' AND confrelid = relation))
      ORDER BY indexrelid IN (
        SELECT conindid FROM dsql_internal.pg_constraint WHERE contype = 'f' AND confrelid = relation) DESC,
        indisprimary DESC, indexrelid LIMIT 1) AS key
    JOIN dsql_internal.pg_attribute ON attrelid = relation AND attnum = ANY (indkey) HAVING count(*) > 0), 'NULL::text')
$$;

-- PostgreSQL evaluates constant parts of an index's expressions as whoever plans a statement on the table. So
-- where an index calls a client's function, the superuser plans nothing: the owner of the table does, as when
-- PostgreSQL builds the index.

CREATE OR REPLACE FUNCTION dsql_internal.occ_random_name() RETURNS text
LANGUAGE sql VOLATILE
AS $$ SELECT 'dsql$' || replace(gen_random_uuid()::text, '-', '') $$;

-- Fails if a client's function has left a search path behind, which would be that of all our functions that are
-- running: a SET that is not local goes past the clauses of functions. Qualified names and operators only.

CREATE OR REPLACE FUNCTION dsql_internal.occ_path_is_ours() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  IF pg_catalog.current_setting('search_path'::pg_catalog.text)
      OPERATOR(pg_catalog.<>) 'dsql_internal, pg_catalog, pg_temp'::pg_catalog.text THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'a function that an index calls has changed the search path';
  END IF;
END
$$;

-- Runs a statement on a table that gives one JSON value for $1.

CREATE OR REPLACE FUNCTION dsql_internal.occ_run(relation oid, statement text, argument jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  name text;
  result jsonb;
BEGIN
  IF NOT dsql_internal.indexes_call_clients(relation) THEN
    EXECUTE statement INTO result USING argument;
    PERFORM dsql_internal.occ_path_is_ours();
    RETURN result;
  END IF;
  name := dsql_internal.occ_random_name();
  EXECUTE format('CREATE FUNCTION dsql_internal.%I(statement text, argument jsonb) RETURNS jsonb'
    ' LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp'
    ' AS %L', name,
    'DECLARE result jsonb; BEGIN EXECUTE statement INTO result USING argument; RETURN result; END');
  EXECUTE format('REVOKE ALL ON FUNCTION dsql_internal.%I(text, jsonb) FROM PUBLIC', name);
  EXECUTE format('ALTER FUNCTION dsql_internal.%I(text, jsonb) OWNER TO %I', name,
    (SELECT rolname FROM dsql_internal.pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE dsql_internal.pg_class.oid = relation));
  EXECUTE format('SELECT dsql_internal.%I($1, $2)', name) INTO result USING statement, argument;
  PERFORM dsql_internal.occ_path_is_ours();
  EXECUTE format('DROP FUNCTION dsql_internal.%I(text, jsonb)', name);
  RETURN result;
END
$$;

-- Rows at some places that this transaction sees.

CREATE OR REPLACE FUNCTION dsql_internal.occ_rows(relation regclass, hash text, ids tid[])
RETURNS TABLE (id tid, content text, hashed text)
LANGUAGE sql VOLATILE
AS $$
  SELECT x.id, x.content, x.hashed
  FROM jsonb_to_recordset(dsql_internal.occ_run(relation, format(
      'SELECT coalesce(jsonb_agg(jsonb_build_object(''id'', ctid, ''content'', ("dsql$row".*)::text, ''hashed'', %s)),'
      ' ''[]'') FROM ONLY %s "dsql$row" WHERE ctid = ANY (ARRAY'
      ' (SELECT p.place::tid FROM jsonb_array_elements_text($1) AS p (place)))', hash, relation),
    to_jsonb(coalesce(ids, '{}')))) AS x (id tid, content text, hashed text)
$$;

-- Changes to one table. place is the table itself, or the shadow that stands in for it; the rows
-- that fill has written are the shadow's copy of the snapshot.

CREATE OR REPLACE FUNCTION dsql_internal.occ_changes_of(
  relation oid, place regclass, own xid[], fill xid, blocks bigint[])
RETURNS TABLE (r oid, k text, t tid, s integer, n text, h text, key text)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    WITH RECURSIVE touched AS MATERIALIZED (
      SELECT *, made_by <> ALL ($1) OR made_by IS NOT DISTINCT FROM $2 AS is_base
      FROM dsql_internal.occ_touched(%2$s::oid, $1, $3)
      WHERE did > 0 OR $2 IS NULL OR made_by <> $2
    ), chain (base, key, strength, latest, ended) AS (
      SELECT id, key, did - 10, next, next = id FROM touched WHERE is_base AND did > 10
      UNION ALL
      SELECT chain.base, chain.key, greatest(chain.strength, v.did - 10), v.next, v.next = v.id
      FROM chain JOIN touched v ON v.id = chain.latest
      WHERE NOT ended AND v.did > 10 AND NOT v.is_base
    ), current AS MATERIALIZED (
      SELECT id, content, hashed AS hash
      FROM dsql_internal.occ_rows(%2$s::oid, %3$L, ARRAY (SELECT id FROM touched WHERE NOT is_base))
    ), replaced AS MATERIALIZED (
      SELECT chain.base, current.id, current.content, current.hash
      FROM chain JOIN current ON current.id = chain.latest WHERE NOT ended
    )
    SELECT %1$s::oid, 'lock', id, did, NULL::text, NULL::text, key
    FROM touched WHERE is_base AND did BETWEEN 1 AND 3
    UNION ALL
    SELECT %1$s::oid, CASE WHEN replaced.base IS NULL THEN 'del' ELSE 'upd' END,
      chain.base, max(greatest(chain.strength, locked.did)), replaced.content, replaced.hash, chain.key
    FROM chain LEFT JOIN replaced ON replaced.base = chain.base
    LEFT JOIN touched locked
      ON locked.id = chain.latest AND NOT locked.is_base AND locked.did BETWEEN 1 AND 3
    GROUP BY chain.base, replaced.base, replaced.content, replaced.hash, chain.key
    UNION ALL
    SELECT %1$s::oid, 'ins', NULL, NULL, content, hash, NULL FROM current
    WHERE id NOT IN (SELECT id FROM replaced)
    $q$, relation, place::oid, dsql_internal.occ_hash(relation)) USING own, fill, blocks;
END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_encode(changes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT pg_catalog.encode(pg_catalog.convert_to(changes::text, 'UTF8'), 'base64') $$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_decode(changes text)
RETURNS TABLE (r oid, k text, t tid, s integer, n text, h text)
LANGUAGE sql IMMUTABLE
AS $$
  SELECT x.* FROM pg_catalog.jsonb_to_recordset(
    pg_catalog.convert_from(pg_catalog.decode(changes, 'base64'), 'UTF8')::jsonb)
    AS x (r oid, k text, t tid, s integer, n text, h text)
$$;

-- The functions that do more than their caller may do by itself ask for a password that only the JVM knows.
-- It comes as a parameter, which PostgreSQL shows to nobody, and is another one at each start. PostgreSQL keeps
-- its hash only.

CREATE TABLE IF NOT EXISTS dsql_internal.occ_password (value text NOT NULL);

REVOKE ALL ON dsql_internal.occ_password FROM PUBLIC;

CREATE OR REPLACE FUNCTION dsql_internal.occ_admit(password text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM dsql_internal.occ_password WHERE value = encode(sha256(convert_to(password, 'UTF8')), 'hex')) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the session itself may call this function';
  END IF;
END
$$;

-- A transaction that rolls back to its base loses what it has set by set_config(). So that writes down, for the
-- transaction, which settings these are: "name:t" for one that is local, else "name:f".

CREATE OR REPLACE FUNCTION pg_catalog.set_config(setting_name text, new_value text, is_local boolean)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
AS $$
DECLARE
  name pg_catalog.text := dsql_internal.settable(setting_name);
BEGIN
  PERFORM dsql_internal.set_config('dsql.configured', pg_catalog.concat(
    dsql_internal.current_setting('dsql.configured', true), ' ', pg_catalog.lower(setting_name), ':', is_local), true);
  RETURN dsql_internal.set_config(name, new_value, is_local);
END
$$;

-- These settings with their values, which are what the client's own path and styles make of them: "name local
-- value" each, the value in hexadecimal.

CREATE OR REPLACE FUNCTION dsql_internal.configured_settings() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  configured pg_catalog.text := dsql_internal.current_setting('dsql.configured', true);
BEGIN
  IF coalesce(configured, '') OPERATOR(pg_catalog.=) '' THEN
    RETURN '';
  END IF;
  RETURN coalesce((
    SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', x.name, x.is_local, pg_catalog.encode(
      pg_catalog.convert_to(pg_catalog.current_setting(x.name), 'UTF8'), 'hex')), ',')
    FROM (
      SELECT DISTINCT ON (pg_catalog.split_part(e.entry, ':', 1)) pg_catalog.split_part(e.entry, ':', 1) AS name,
        pg_catalog.split_part(e.entry, ':', 2) AS is_local
      FROM pg_catalog.unnest(pg_catalog.string_to_array(configured, ' ')) WITH ORDINALITY AS e (entry, place)
      WHERE pg_catalog.length(e.entry) OPERATOR(pg_catalog.>) 0
      ORDER BY pg_catalog.split_part(e.entry, ':', 1), e.place DESC) AS x), '');
END
$$;

-- The changes of this transaction to real tables, and what the limits have counted. It has to hold locks on
-- the tables still. since is a place in the log before all of them, as text; empty if none is known. What leaves here as text has to mean the same under every setting of a client, hence the
-- styles.

CREATE OR REPLACE FUNCTION dsql_internal.occ_save(
  password text, since text, OUT changes text, OUT footprint text, OUT counted text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp SET extra_float_digits = 3 SET datestyle = 'ISO'
SET intervalstyle = 'iso_8601' SET dsql.makes_shadows = on
AS $$
DECLARE
  own xid[] := dsql_internal.occ_own_xids();
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  counted := coalesce(current_setting('dsql.changed', true), '');
  IF pg_current_xact_id_if_assigned() IS NULL THEN -- it has neither changed nor locked a row
    changes := dsql_internal.occ_encode('[]');
    footprint := '';
    RETURN;
  END IF;
  SELECT dsql_internal.occ_encode(coalesce(jsonb_agg(
      jsonb_build_object('r', c.r, 'k', c.k, 't', c.t, 's', c.s, 'n', c.n, 'h', c.h)), '[]')),
    coalesce(string_agg(c.r || ':' || c.key || ':' || c.s, ' ') FILTER (WHERE c.t IS NOT NULL), '')
  INTO changes, footprint
  FROM (
    SELECT DISTINCT relation FROM pg_locks
    WHERE locktype = 'relation' AND pid = pg_backend_pid()
      AND mode IN ('RowShareLock', 'RowExclusiveLock')
  ) AS locked
  JOIN dsql_internal.pg_class ON dsql_internal.pg_class.oid = relation AND relkind = 'r' AND relpersistence = 'p'
  JOIN dsql_internal.pg_namespace ON dsql_internal.pg_namespace.oid = relnamespace
    AND nspname NOT IN ('pg_catalog', 'dsql_internal'),
  LATERAL dsql_internal.occ_changes_of(relation, relation, own, NULL,
    dsql_internal.occ_blocks(relation, own, nullif(since, '')::pg_lsn)) c;
END
$$;

-- The shadow of a table.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow_of(base oid, shadows text) RETURNS regclass
LANGUAGE sql STABLE
AS $$
  SELECT split_part(entry, ':', 2)::oid::regclass FROM unnest(string_to_array(shadows, ' ')) AS entry
  WHERE split_part(entry, ':', 1)::oid = base
$$;

-- The place of the row that a row of a shadow stands for; null if the transaction has made it. A shadow is
-- filled with a column for it, which is dropped then: that leaves its bytes where they are.

CREATE OR REPLACE FUNCTION dsql_internal.occ_origin(shadow regclass, id tid) RETURNS tid
LANGUAGE sql STABLE
AS $$
  SELECT format('(%s,%s)', (get_byte(b, 1) * 256 + get_byte(b, 0))::bigint * 65536
    + get_byte(b, 3) * 256 + get_byte(b, 2), get_byte(b, 5) * 256 + get_byte(b, 4))::tid
  FROM dsql_internal.occ_page_items(dsql_internal.occ_raw_page(shadow::text, (id::text::point)[0]::bigint)),
    LATERAL (SELECT (dsql_internal.occ_columns(shadow, t_data, t_infomask, t_infomask2, t_bits))[
      (SELECT max(attnum) FROM dsql_internal.pg_attribute WHERE attrelid = shadow)] AS b) x
  WHERE lp = (id::text::point)[1] AND lp_flags = 1
$$;

-- The same of the shadows. shadows is a list of "table:shadow:fill".

CREATE OR REPLACE FUNCTION dsql_internal.occ_save_shadows(
  password text, shadows text, OUT changes text, OUT footprint text, OUT counted text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp SET extra_float_digits = 3 SET datestyle = 'ISO'
SET intervalstyle = 'iso_8601' SET dsql.makes_shadows = on
AS $$
DECLARE
  own xid[] := dsql_internal.occ_own_xids();
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  counted := ''; -- shadows have no limits
  SELECT dsql_internal.occ_encode(coalesce(jsonb_agg(
      jsonb_build_object('r', c.r, 'k', c.k, 't', m.origin, 's', c.s, 'n', c.n, 'h', c.h)), '[]')),
    coalesce(string_agg(c.r || ':' || CASE WHEN keyed THEN c.key ELSE m.origin::text END || ':' || c.s, ' ')
      FILTER (WHERE c.t IS NOT NULL), '')
  INTO changes, footprint
  FROM unnest(string_to_array(shadows, ' ')) AS entry
  JOIN dsql_internal.pg_class ON dsql_internal.pg_class.oid = split_part(entry, ':', 2)::oid AND relkind = 'r',
  LATERAL dsql_internal.occ_changes_of(split_part(entry, ':', 1)::oid,
    split_part(entry, ':', 2)::oid, own, nullif(split_part(entry, ':', 3), '')::xid,
    ARRAY (SELECT generate_series(0, pg_relation_size(split_part(entry, ':', 2)::oid) / 8192 - 1))) c,
  LATERAL (SELECT CASE WHEN c.t IS NOT NULL
    THEN dsql_internal.occ_origin(split_part(entry, ':', 2)::oid, c.t) END AS origin) m,
  LATERAL (SELECT EXISTS (SELECT FROM dsql_internal.pg_index WHERE indrelid = c.r AND indisprimary) AS keyed) k;
END
$$;

-- ---- Repeating changes on the real tables
--
-- Expressions that a client has written (checks, generated columns, domains, indexes) are evaluated when rows
-- are written. So the client's own role has to write them, with its own search path, though it may lack
-- rights on the tables: a view, a function or a foreign key may have done it for it. The changes go through
-- temporary views with names that nobody can know, which belong to the superuser and last as long as this.

-- The fate of a row's key, for a row that the snapshot shows: "untouched", "kept" by a change that the
-- snapshot does not show, or "gone" with it. Walks from version to version.

CREATE OR REPLACE FUNCTION dsql_internal.occ_fate_of_key(relation regclass, id tid) RETURNS text
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  version record;
  changed_by xid;
  fate text := 'untouched';
BEGIN
  LOOP
    SELECT * INTO version
    FROM dsql_internal.occ_page_items(
      dsql_internal.occ_raw_page(relation::text, (id::text::point)[0]::bigint))
    WHERE lp = (id::text::point)[1] AND lp_flags = 1;
    IF NOT FOUND THEN
      RETURN 'gone';
    END IF;
    IF version.t_infomask & 2048 <> 0 OR version.t_infomask & 128 <> 0 THEN
      RETURN fate; -- no transaction has changed it
    END IF;
    changed_by := version.t_xmax;
    IF version.t_infomask & 4096 <> 0 THEN
      SELECT m.xid INTO changed_by FROM pg_get_multixact_members(version.t_xmax) m
      WHERE m.mode IN ('nokeyupd', 'upd');
    END IF;
    IF changed_by IS NULL OR pg_xact_status(changed_by::text::xid8) IS DISTINCT FROM 'committed' THEN
      RETURN fate;
    END IF;
    IF version.t_infomask2 & 8192 <> 0 THEN
      RETURN 'gone';
    END IF;
    fate := 'kept';
    id := version.t_ctid;
  END LOOP;
END
$$;

-- Makes an update of a deletion and an insertion with the same key. Otherwise the deletion would now cascade
-- to rows that were inserted after it.

CREATE OR REPLACE FUNCTION dsql_internal.occ_merge(rows jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  item record;
  pairs jsonb := '[]';
  more jsonb;
BEGIN
  FOR item IN
    SELECT r, r::regclass AS relation FROM jsonb_to_recordset(rows) AS d (r oid, k text, h text)
    GROUP BY r HAVING bool_or(k = 'del') AND bool_or(k = 'ins' AND h IS NOT NULL)
      AND EXISTS (SELECT FROM dsql_internal.pg_attribute WHERE attrelid = r AND attnum > 0 AND NOT attisdropped
        AND attgenerated = '' AND attidentity <> 'a') -- or there is nothing that an update could set
  LOOP
    SELECT coalesce(jsonb_agg(jsonb_build_object('r', item.r, 'k', 'upd', 't', d.t, 's', d.s, 'n', i.n)), '[]')
    INTO more
    FROM jsonb_to_recordset(rows) AS d (r oid, k text, t tid, s integer)
    JOIN dsql_internal.occ_rows(item.relation, dsql_internal.occ_hash(item.r), ARRAY (
      SELECT g.t FROM jsonb_to_recordset(rows) AS g (r oid, k text, t tid) WHERE g.r = item.r AND g.k = 'del')) b
      ON b.id = d.t
    JOIN jsonb_to_recordset(rows) AS i (r oid, k text, n text, h text) ON i.h = b.hashed
    WHERE d.r = item.r AND d.k = 'del' AND i.r = item.r AND i.k = 'ins';
    pairs := pairs || more;
  END LOOP;
  IF pairs = '[]' THEN
    RETURN rows;
  END IF;
  RETURN (
    SELECT pairs || coalesce(jsonb_agg(to_jsonb(d)), '[]')
    FROM jsonb_to_recordset(rows) AS d (r oid, k text, t tid, s integer, n text)
    WHERE NOT (k = 'del' AND (r, t) IN (SELECT x.r, x.t FROM jsonb_to_recordset(pairs) AS x (r oid, t tid)))
      AND NOT (k = 'ins' AND (r, n) IN (SELECT x.r, x.n FROM jsonb_to_recordset(pairs) AS x (r oid, n text))));
END
$$;

-- The same changes without updates of keys, because PostgreSQL compares keys after each row of an update.
-- Keeps them where the deletion of a row would act on other rows, which nothing here would notice.

CREATE OR REPLACE FUNCTION dsql_internal.occ_split(rows jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE
AS $$
  WITH change AS MATERIALIZED (
    SELECT *, k = 'upd' AND NOT EXISTS (SELECT FROM dsql_internal.pg_constraint
      WHERE contype = 'f' AND confrelid = r AND confdeltype <> 'a') AS splits
    FROM jsonb_to_recordset(rows) AS x (r oid, k text, t tid, s integer, n text)
  )
  SELECT jsonb_agg(x.change) FROM (
    SELECT jsonb_build_object('r', r, 'k', k, 't', t, 's', s, 'n', n) FROM change WHERE NOT splits
    UNION ALL
    SELECT jsonb_build_object('r', r, 'k', 'del', 't', t, 's', s, 'n', NULL) FROM change WHERE splits
    UNION ALL
    SELECT jsonb_build_object('r', r, 'k', 'ins', 't', NULL, 's', NULL, 'n', n) FROM change WHERE splits
  ) AS x (change)
$$;

-- One statement that makes the changes in $1, because PostgreSQL checks foreign keys after the last of its
-- parts. It returns pairs of a table and the place of a row. targets says where to write: r the table, name
-- what stands in for it, id the column that holds the places there, columns the table whose columns count,
-- and first, whether id is the first column of what stands in. All names have schemas, for a client's search
-- path is in force.

CREATE OR REPLACE FUNCTION dsql_internal.occ_statement(rows jsonb, targets jsonb) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  item record;
  parts text := '';
  removals text := 'true';
  replacements text := 'true';
  results text := 'SELECT NULL::pg_catalog.oid AS r, NULL::pg_catalog.tid AS id WHERE false';
  of_kind text := 'FROM change WHERE r OPERATOR(pg_catalog.=) %s AND k OPERATOR(pg_catalog.=) %L';
BEGIN
  FOR item IN
    SELECT w.*, c.k,
      (SELECT string_agg(format('%1$I = (y.n).%1$I', attname), ', ') FROM dsql_internal.pg_attribute
        WHERE attrelid = w.columns AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
          AND attidentity <> 'a') AS assignments,
      (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM dsql_internal.pg_attribute
        WHERE attrelid = w.columns AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS column_list,
      (SELECT string_agg(format('(y.n).%I', attname), ', ' ORDER BY attnum) FROM dsql_internal.pg_attribute
        WHERE attrelid = w.columns AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS values_list,
      format(CASE WHEN w.first THEN '(''(,'' OPERATOR(pg_catalog.||) pg_catalog.substr(n, 2))::%s'
        ELSE 'n::%s' END, w.name) AS content
    FROM jsonb_to_recordset(targets) AS w (r oid, name text, id text, columns oid, first boolean)
    JOIN (SELECT DISTINCT r, k FROM jsonb_to_recordset(rows) AS d (r oid, k text)) c USING (r)
    WHERE c.k <> 'lock'
    ORDER BY array_position('{del,upd,ins}'::text[], c.k), w.r
  LOOP
    CASE item.k
      WHEN 'del' THEN
        parts := parts || format(', d%s AS (DELETE FROM ONLY %s WHERE %s OPERATOR(pg_catalog.=) ANY (ARRAY'
          '(SELECT t %s)) RETURNING 1)', item.r, item.name, item.id, format(of_kind, item.r, 'del'));
        removals := removals || format(' AND (SELECT pg_catalog.count(*) FROM d%s) IS NOT NULL', item.r);
        results := results || format(' UNION ALL SELECT %s, NULL FROM d%1$s', item.r);
      WHEN 'upd' THEN
        parts := parts || format(', u%s AS (UPDATE ONLY %s AS x SET %s FROM'
          ' (SELECT t, %s AS n %s OFFSET 0) y'
          ' WHERE x.%s OPERATOR(pg_catalog.=) y.t AND %s RETURNING x.%6$s AS id)',
          item.r, item.name, item.assignments, item.content, format(of_kind, item.r, 'upd'), item.id, removals);
        replacements := replacements || format(' AND (SELECT pg_catalog.count(*) FROM u%s) IS NOT NULL', item.r);
        results := results || format(' UNION ALL SELECT %s, id FROM u%1$s', item.r);
      WHEN 'ins' THEN
        parts := parts || format(', i%s AS (INSERT INTO %s %s OVERRIDING SYSTEM VALUE SELECT %s FROM'
          ' (SELECT %s AS n %s OFFSET 0) y WHERE %s AND %s RETURNING %s AS id)',
          item.r, item.name, '(' || item.column_list || ')', item.values_list, item.content, format(of_kind, item.r, 'ins'),
          removals, replacements, item.id);
        results := results || format(' UNION ALL SELECT %s, id FROM i%1$s', item.r);
    END CASE;
  END LOOP;
  RETURN 'WITH change AS MATERIALIZED (SELECT * FROM pg_catalog.jsonb_to_recordset($1) AS x'
    ' (r pg_catalog.oid, k pg_catalog.text, t pg_catalog.tid, s pg_catalog.int4, n pg_catalog.text))' || parts
    || ' SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(r, id)), ''[]'')'
    ' FROM (' || results || ') AS result';
END
$$;

-- Whether writing to a table evaluates anything that a client has written.

CREATE OR REPLACE FUNCTION dsql_internal.occ_has_expressions(relation oid) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT EXISTS (SELECT FROM dsql_internal.pg_constraint WHERE conrelid = relation AND contype = 'c')
    OR EXISTS (SELECT FROM dsql_internal.pg_index
      WHERE indrelid = relation AND (indexprs IS NOT NULL OR indpred IS NOT NULL))
    OR EXISTS (SELECT FROM dsql_internal.pg_attribute JOIN dsql_internal.pg_type ON dsql_internal.pg_type.oid = atttypid
      WHERE attrelid = relation AND attnum > 0 AND (attgenerated <> '' OR typtype <> 'b'))
    -- Evaluated when a statement is planned.
    OR EXISTS (SELECT FROM pg_catalog.pg_statistic_ext WHERE stxrelid = relation AND stxexprs IS NOT NULL)
$$;

-- The limits count each change of a row, and repeating counts its last one only. So what they had counted
-- before stays.

CREATE OR REPLACE FUNCTION dsql_internal.occ_recount(counted text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  most bigint := dsql_internal.max_of('transaction_bytes');
  again text := coalesce(nullif(current_setting('dsql.changed', true), ''), '0:0');
  bytes bigint;
BEGIN
  IF counted = '' THEN
    RETURN;
  END IF;
  bytes := greatest(split_part(again, ':', 2)::bigint, split_part(counted, ':', 2)::bigint);
  PERFORM dsql_internal.set_config('dsql.changed', concat(
    greatest(split_part(again, ':', 1)::bigint, split_part(counted, ':', 1)::bigint), ':', bytes), true);
  IF bytes > most AND split_part(again, ':', 2)::bigint <= most THEN
    INSERT INTO dsql_internal.oversize DEFAULT VALUES;
  END IF;
END
$$;

-- Raises an error if the rows did not come out as they were: an action of a foreign key has changed them, or
-- the transaction has written to the tables beside its shadows. Then removes what stood in for the tables,
-- and sees to it that the limits have counted no less than before.

CREATE OR REPLACE FUNCTION dsql_internal.occ_repeat_end(
  password text, rows jsonb, written jsonb, targets jsonb, counted text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp SET extra_float_digits = 3 SET datestyle = 'ISO'
SET intervalstyle = 'iso_8601' SET dsql.makes_shadows = on SET client_min_messages = error
AS $$
DECLARE
  item record;
  same boolean := jsonb_array_length(written)
    = (SELECT count(*) FROM jsonb_to_recordset(rows) AS d (k text) WHERE k <> 'lock');
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  FOR item IN
    SELECT DISTINCT r, r::regclass AS relation FROM jsonb_to_recordset(rows) AS d (r oid, k text)
    WHERE k IN ('upd', 'ins')
  LOOP
    EXIT WHEN NOT same;
    SELECT (SELECT array_agg(content ORDER BY content COLLATE "C")
        FROM dsql_internal.occ_rows(item.relation, 'NULL', ARRAY (SELECT (e.value ->> 1)::tid
          FROM jsonb_array_elements(written) e WHERE (e.value ->> 0)::oid = item.r)))
      IS NOT DISTINCT FROM (SELECT array_agg(n ORDER BY n COLLATE "C")
        FROM jsonb_to_recordset(rows) AS d (r oid, k text, n text) WHERE d.r = item.r AND k IN ('upd', 'ins'))
    INTO same;
  END LOOP;
  IF NOT same THEN
    RAISE serialization_failure USING MESSAGE = 'changes cannot be repeated as they were';
  END IF;
  FOR item IN
    SELECT name FROM jsonb_to_recordset(targets) AS w (name text, first boolean) WHERE first
  LOOP
    EXECUTE 'DROP VIEW ' || item.name;
  END LOOP;
  PERFORM dsql_internal.occ_recount(counted);
END
$$;

-- Locks the rows, then repeats the changes if no expression of a client's is in the way. If one is, it
-- returns the statement that repeats them through views.
--
-- skipped is the number of key shares that cannot be taken again: PostgreSQL refuses that lock beside every
-- change, the service only beside a change of the key.

CREATE OR REPLACE FUNCTION dsql_internal.occ_repeat_begin(
  password text, changes text, counted text, splits boolean,
  OUT skipped integer, OUT rows jsonb, OUT statement text, OUT targets jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp SET dsql.makes_shadows = on SET client_min_messages = error
SET extra_float_digits = 3 SET datestyle = 'ISO' SET intervalstyle = 'iso_8601'
AS $$
DECLARE
  item record;
  id text;
  fate text;
  written jsonb;
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  skipped := 0;
  -- All transactions lock in the same order, so that two concurrent commits do not cross. No lock is taken in
  -- a subtransaction: a session that waits for a lock of an ended one waits for the whole transaction, even
  -- if that goes back to its savepoint.
  FOR item IN
    SELECT r::regclass AS relation, t,
      CASE s WHEN 1 THEN 'KEY SHARE' WHEN 2 THEN 'NO KEY UPDATE' ELSE 'UPDATE' END AS strength
    FROM dsql_internal.occ_decode(changes)
    WHERE t IS NOT NULL
    ORDER BY r, t
  LOOP
    IF item.strength = 'KEY SHARE' THEN
      fate := dsql_internal.occ_fate_of_key(item.relation, item.t);
      IF fate = 'gone' THEN
        RAISE serialization_failure USING MESSAGE = 'a key is gone';
      ELSIF fate = 'kept' THEN
        skipped := skipped + 1;
        CONTINUE;
      END IF;
    END IF;
    PERFORM dsql_internal.occ_run(item.relation, format(
      'SELECT to_jsonb(1) FROM ONLY %s WHERE ctid = ($1 ->> 0)::tid FOR %s', item.relation, item.strength),
      jsonb_build_array(item.t));
  END LOOP;
  SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') INTO rows FROM dsql_internal.occ_decode(changes) d
  WHERE k <> 'lock';
  rows := dsql_internal.occ_merge(rows);
  IF splits THEN
    rows := dsql_internal.occ_split(rows);
  END IF;
  targets := '[]';
  IF rows = '[]' THEN
    PERFORM dsql_internal.occ_recount(counted);
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM jsonb_to_recordset(rows) AS d (r oid) WHERE dsql_internal.occ_has_expressions(r)) THEN
    SELECT jsonb_agg(jsonb_build_object('r', r, 'name', r::regclass, 'id', 'ctid', 'columns', r, 'first', false))
    INTO targets FROM (SELECT DISTINCT r FROM jsonb_to_recordset(rows) AS d (r oid)) x;
    EXECUTE dsql_internal.occ_statement(rows, targets) INTO written USING rows;
    PERFORM dsql_internal.occ_repeat_end(password, rows, written, targets, counted);
    RETURN;
  END IF;
  FOR item IN
    SELECT d.r, d.r::regclass AS relation, dsql_internal.occ_random_name() AS name,
      string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS column_list
    FROM (SELECT DISTINCT r FROM jsonb_to_recordset(rows) AS d (r oid)) d
    JOIN dsql_internal.pg_attribute ON attrelid = d.r AND attnum > 0 AND NOT attisdropped
    GROUP BY d.r
  LOOP
    id := dsql_internal.occ_random_name();
    EXECUTE format('CREATE TEMP VIEW %I AS SELECT ctid AS %I, %s FROM ONLY %s',
      item.name, id, item.column_list, item.relation);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON pg_temp.%I TO PUBLIC', item.name);
    targets := targets || jsonb_build_object('r', item.r, 'name', format('pg_temp.%I', item.name),
      'id', quote_ident(id), 'columns', item.r, 'first', true);
  END LOOP;
  statement := dsql_internal.occ_statement(rows, targets);
END
$$;

-- Repeats the transaction's changes. PostgreSQL itself finds out, by the snapshot, that another transaction
-- has committed first. It checked privileges when the statements ran. Runs as the client: only qualified
-- names, no operators.

CREATE OR REPLACE FUNCTION dsql_internal.occ_repeat(
  password pg_catalog.text, changes pg_catalog.text, counted pg_catalog.text, splits pg_catalog.bool)
RETURNS pg_catalog.int4
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  begun pg_catalog.record;
  written pg_catalog.jsonb;
BEGIN
  SELECT * INTO begun FROM dsql_internal.occ_repeat_begin(password, changes, counted, splits);
  IF begun.statement IS NOT NULL THEN
    EXECUTE begun.statement INTO written USING begun.rows;
    PERFORM dsql_internal.occ_repeat_end(password, begun.rows, written, begun.targets, counted);
  END IF;
  RETURN begun.skipped;
END
$$;

-- ---- Shadows
--
-- Temporary tables that hold what the snapshot shows and what the transaction has done. They get their rows
-- first, and everything that could refuse or change a row after that. The client's own role writes the rows
-- that its statements have made, for a domain's check may run a function of the client's; until all is done,
-- a shadow has a name that nobody can know.

-- A name that is taken by nothing else. It has at most 63 bytes, as all names in PostgreSQL.

CREATE OR REPLACE FUNCTION dsql_internal.occ_other_name(base oid, name text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT concat(CASE WHEN octet_length(name) <= 50 THEN name ELSE md5(name) END, '$', base) $$;

-- The name of a table's shadow, or of an index or constraint of the shadow. It is the original name if the
-- table is the one that the client means by that name without a schema. The client reaches other shadows by
-- qualified names only.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow_name(base oid, name text, path name[])
RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN array_position(path, nspname) <= ALL (
      SELECT array_position(path, n.nspname) FROM dsql_internal.pg_class other
      JOIN dsql_internal.pg_namespace n ON n.oid = other.relnamespace
      WHERE other.relname = c.relname AND n.nspname = ANY (path))
    AND (nspname = ANY (path) OR NOT EXISTS (SELECT FROM dsql_internal.pg_class other
      WHERE other.relname = c.relname AND other.oid <> base AND other.relpersistence = 'p'))
    THEN name ELSE dsql_internal.occ_other_name(base, name) END
  FROM dsql_internal.pg_class c JOIN dsql_internal.pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = base
$$;

-- A text on its way to the JVM and back, whatever the client's encoding.

CREATE OR REPLACE FUNCTION dsql_internal.occ_hex(plain text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT encode(convert_to(plain, 'UTF8'), 'hex') $$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_unhex(hex text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT convert_from(decode(hex, 'hex'), 'UTF8') $$;

-- Names of columns, for SQL.

CREATE OR REPLACE FUNCTION dsql_internal.occ_names(base oid, numbers int2[]) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
  FROM unnest(numbers) WITH ORDINALITY AS n (number, place)
  JOIN dsql_internal.pg_attribute ON attrelid = base AND attnum = number
$$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_action(action "char") RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE action WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
    ELSE 'NO ACTION' END
$$;

-- The definition of a foreign key, with another table in place of the one that it refers to.

CREATE OR REPLACE FUNCTION dsql_internal.occ_foreign_key(key oid, target regclass) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT format('FOREIGN KEY (%s) REFERENCES %s (%s) MATCH %s ON UPDATE %s ON DELETE %s%s%s',
    dsql_internal.occ_names(conrelid, conkey), target, dsql_internal.occ_names(confrelid, confkey),
    CASE confmatchtype WHEN 'f' THEN 'FULL' ELSE 'SIMPLE' END,
    dsql_internal.occ_action(confupdtype), dsql_internal.occ_action(confdeltype),
    ' (' || dsql_internal.occ_names(conrelid, confdelsetcols) || ')',
    CASE WHEN condeferrable THEN concat(' DEFERRABLE INITIALLY ', CASE WHEN condeferred THEN 'DEFERRED' ELSE 'IMMEDIATE' END) END)
  FROM dsql_internal.pg_constraint WHERE oid = key
$$;

-- Gives a shadow the owner of the table or view that it stands in for, and all its privileges, those
-- of columns too. So a view on shadows reads with its owner's rights, and everybody else may do what
-- he may do to the real one.

CREATE OR REPLACE FUNCTION dsql_internal.occ_hand_over(base oid, shadow oid) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE dsql_internal.pg_attribute a SET attacl = b.attacl FROM dsql_internal.pg_attribute b
  WHERE a.attrelid = shadow AND b.attrelid = base AND a.attname = b.attname AND b.attacl IS NOT NULL;
  UPDATE dsql_internal.pg_class c SET relowner = b.relowner, relacl = b.relacl FROM dsql_internal.pg_class b
  WHERE c.oid = shadow AND b.oid = base
$$;

-- Runs SQL of ours under the search path of the client, for the functions that it calls.

CREATE OR REPLACE FUNCTION dsql_internal.occ_with_path(path text, statement text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  before text := pg_catalog.current_setting('search_path');
BEGIN
  PERFORM dsql_internal.set_config('search_path', path, true);
  EXECUTE statement;
  PERFORM dsql_internal.set_config('search_path', before, true);
END
$$;

-- A temporary table that has the columns of the table and holds what the snapshot shows of it. Generated
-- columns are plain ones for now, so that nothing is generated again. places are pairs of the places of rows
-- in the table, those given, and in the shadow.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow(
  base regclass, changed tid[], OUT shadow regclass, OUT fill xid, OUT places jsonb)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  shadow_name text := dsql_internal.occ_random_name();
  origin text := dsql_internal.occ_random_name();
  column_list text;
  item record;
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO column_list FROM dsql_internal.pg_attribute
  WHERE attrelid = base AND attnum > 0 AND NOT attisdropped;
  -- The block is a subtransaction, so the copies carry an id of their own.
  BEGIN
    IF column_list IS NULL OR dsql_internal.indexes_call_clients(base)
        OR EXISTS (SELECT FROM dsql_internal.pg_attribute WHERE attrelid = base AND attgenerated <> '') THEN
      EXECUTE format('CREATE TEMP TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE)'
        ' ON COMMIT DROP', shadow_name, base);
      shadow := format('pg_temp.%I', shadow_name)::regclass;
      EXECUTE format('GRANT ALL ON %s TO PUBLIC', shadow);
      UPDATE dsql_internal.pg_attribute SET attgenerated = '' WHERE attrelid = shadow AND attgenerated <> '';
      EXECUTE format('ALTER TABLE %s ADD %I tid', shadow, origin);
      column_list := concat_ws(', ', column_list, ''); -- a table may have no columns
      PERFORM dsql_internal.occ_run(base, format(
        'WITH made AS (INSERT INTO %s (%s %I) SELECT %2$s ctid FROM ONLY %4$s RETURNING 1)'
        ' SELECT to_jsonb(count(*)) FROM made', shadow, column_list, origin, base), NULL);
    ELSE
      -- Three times as fast; but this table takes nothing over from the other one.
      EXECUTE format('CREATE TEMP TABLE %I ON COMMIT DROP AS SELECT %s, ctid AS %I FROM ONLY %s',
        shadow_name, column_list, origin, base);
      shadow := format('pg_temp.%I', shadow_name)::regclass;
      EXECUTE format('GRANT ALL ON %s TO PUBLIC', shadow);
      UPDATE dsql_internal.pg_attribute a
      SET attnotnull = b.attnotnull, attstorage = b.attstorage, attcompression = b.attcompression
      FROM dsql_internal.pg_attribute b WHERE a.attrelid = shadow AND b.attrelid = base AND b.attnum > 0 AND a.attname = b.attname;
      FOR item IN
        SELECT attname, pg_get_expr(adbin, adrelid) AS value
        FROM dsql_internal.pg_attrdef JOIN dsql_internal.pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = base
      LOOP
        EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT %s', shadow, item.attname, item.value);
      END LOOP;
    END IF;
    EXECUTE format('SELECT xmin FROM %s LIMIT 1', shadow) INTO fill;
  EXCEPTION WHEN division_by_zero THEN
    RAISE;
  END;
  places := '[]';
  IF changed <> '{}' THEN
    EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_object(''base'', x.base, ''shadow'', x.shadow)), ''[]'')'
      ' FROM (SELECT %I AS base, ctid AS shadow FROM %s) x WHERE x.base = ANY ($1)', origin, shadow)
    INTO places USING changed;
  END IF;
  EXECUTE format('ALTER TABLE %s DROP %I', shadow, origin);
END
$$;

-- How a shadow is written, whatever the search path.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow_text(shadow oid) RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT format('pg_temp.%I', relname) FROM dsql_internal.pg_class WHERE oid = shadow $$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_call(shadow oid, name name) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM dsql_internal.pg_class WHERE oid = shadow AND relname = name) THEN
    EXECUTE format('ALTER TABLE %s RENAME TO %I', dsql_internal.occ_shadow_text(shadow), name);
  END IF;
END
$$;

-- Calls a shadow as its table is called, if nothing else among the shadows is: an expression may name a whole row.
-- Nothing of a client's may run before the shadow has another name, or is complete.

CREATE OR REPLACE FUNCTION dsql_internal.occ_call_like_table(base oid, shadow oid) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  table_name name := (SELECT relname FROM dsql_internal.pg_class WHERE oid = base);
BEGIN
  IF NOT EXISTS (SELECT FROM dsql_internal.pg_class
      WHERE relname = table_name AND relnamespace = pg_my_temp_schema()) THEN
    PERFORM dsql_internal.occ_call(shadow, table_name);
  END IF;
END
$$;

-- The unique indexes of a shadow. PostgreSQL evaluates the expressions of all its indexes as the owner of the
-- table whenever it builds one, so the client owns the shadow meanwhile, whose name nobody can know.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow_indexes(
  base regclass, shadow regclass, path name[], client name, search_path text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  item record;
  prefix text;
  owner oid := (SELECT relowner FROM dsql_internal.pg_class WHERE oid = shadow);
  random_name name := (SELECT relname FROM dsql_internal.pg_class WHERE oid = shadow);
BEGIN
  UPDATE dsql_internal.pg_class SET relowner = (SELECT oid FROM pg_roles WHERE rolname = client) WHERE oid = shadow;
  IF NOT dsql_internal.indexes_call_clients(base) THEN
    PERFORM dsql_internal.occ_call_like_table(base, shadow);
  END IF;
  -- They keep their names, which error messages contain.
  FOR item IN
    SELECT dsql_internal.pg_get_indexdef(i.indexrelid) AS definition, c.conname,
      dsql_internal.pg_get_constraintdef(c.oid) AS rule,
      x.relname AS name, i.indisvalid AS is_valid
    FROM dsql_internal.pg_index i JOIN dsql_internal.pg_class x ON x.oid = i.indexrelid
    LEFT JOIN dsql_internal.pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = base AND i.indisunique AND i.indisready
  LOOP
    prefix := format('CREATE UNIQUE INDEX %I ON %s ', item.name, base);
    -- Tables and indexes of all schemas have to be told apart in one.
    IF item.name <> dsql_internal.occ_shadow_name(base, item.name, path) OR EXISTS (
        SELECT FROM dsql_internal.pg_class WHERE relname = item.name
          AND (relnamespace = pg_my_temp_schema() OR relkind IN ('r', 'v'))) THEN
      item.name := dsql_internal.occ_other_name(base, item.name);
    END IF;
    IF item.conname IS NOT NULL THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', dsql_internal.occ_shadow_text(shadow), item.name,
        item.rule);
    ELSIF NOT starts_with(item.definition, prefix) THEN
      RAISE internal_error USING MESSAGE = 'an index is not written as expected';
    ELSE
      PERFORM dsql_internal.occ_with_path(search_path, format('CREATE %s INDEX %I ON %s %s',
        CASE WHEN item.is_valid THEN 'UNIQUE' END, item.name, dsql_internal.occ_shadow_text(shadow),
        substr(item.definition, length(prefix) + 1)));
      IF NOT item.is_valid THEN -- its job has found duplicates: it lets no more in
        UPDATE dsql_internal.pg_index SET indisunique = true, indisvalid = false
        WHERE indexrelid = format('pg_temp.%I', item.name)::regclass;
      END IF;
    END IF;
  END LOOP;
  PERFORM dsql_internal.occ_call(shadow, random_name);
  UPDATE dsql_internal.pg_class SET relowner = owner WHERE oid = shadow;
END
$$;

-- Makes shadows of the tables that a statement names, of the tables that the saved changes concern, and of
-- all tables that foreign keys tie to them. A statement that only reads needs none of the tables that it names,
-- unless it names a view: what the transaction has not changed is the same in the table. whole says whether the
-- names have got theirs. wanted are these and the views, made a list of
-- "table:shadow:fill"; statement repeats the saved changes in rows on the shadows.

CREATE OR REPLACE FUNCTION dsql_internal.occ_overlay_begin(
  password text, names text[], reads boolean, changes text, shadows text,
  OUT whole boolean, OUT wanted oid[], OUT made text, OUT rows jsonb, OUT statement text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp SET synchronize_seqscans = off SET client_min_messages = error
SET dsql.makes_shadows = on
AS $$
DECLARE
  present oid[];
  item record;
  copy record;
  targets jsonb := '[]';
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  made := '';
  present := ARRAY (SELECT split_part(entry, ':', 1)::oid
    FROM unnest(string_to_array(shadows, ' ')) AS entry);
  whole := NOT reads OR EXISTS (SELECT FROM dsql_internal.pg_class
    WHERE relname = ANY (names) AND relkind = 'v' AND relpersistence = 'p');
  WITH RECURSIVE related (relation) AS (
    SELECT c.oid FROM dsql_internal.pg_class c JOIN dsql_internal.pg_namespace s ON s.oid = relnamespace
    WHERE whole AND relname = ANY (names) AND relkind IN ('r', 'v') AND relpersistence = 'p'
      AND nspname NOT IN ('pg_catalog', 'information_schema', 'dsql_internal', 'sys')
    UNION
    SELECT r FROM dsql_internal.occ_decode(changes)
    UNION
    SELECT neighbour.relation FROM related, LATERAL (
      SELECT confrelid AS relation FROM dsql_internal.pg_constraint WHERE conrelid = related.relation AND contype = 'f'
      UNION ALL
      SELECT conrelid FROM dsql_internal.pg_constraint WHERE confrelid = related.relation AND contype = 'f'
      UNION ALL
      SELECT d.refobjid FROM dsql_internal.pg_rewrite w JOIN dsql_internal.pg_depend d
        ON d.classid = 'dsql_internal.pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'dsql_internal.pg_class'::regclass
      WHERE w.ev_class = related.relation
    ) neighbour
  )
  SELECT array_agg(DISTINCT c.oid) INTO wanted
  FROM related JOIN dsql_internal.pg_class c ON c.oid = relation
  WHERE relkind IN ('r', 'v') AND relpersistence = 'p' AND c.oid <> ALL (present);
  FOR item IN
    SELECT oid FROM dsql_internal.pg_class WHERE oid = ANY (wanted) AND relkind = 'r' ORDER BY oid
  LOOP
    SELECT * INTO copy FROM dsql_internal.occ_shadow(
      item.oid, ARRAY (SELECT t FROM dsql_internal.occ_decode(changes) WHERE r = item.oid AND t IS NOT NULL));
    made := ltrim(concat(made, ' ', item.oid, ':', copy.shadow::oid, ':', copy.fill));
    targets := targets || jsonb_build_object(
      'r', item.oid, 'name', dsql_internal.occ_shadow_text(copy.shadow), 'id', 'ctid', 'columns', copy.shadow::oid, 'first', false, 'places', copy.places);
  END LOOP;
  -- The UPDATE alone locks less if the transaction had locked the row, and as long as the shadow has no index.
  FOR item IN
    SELECT w.name, m.shadow AS id,
      CASE d.s WHEN 1 THEN 'KEY SHARE' WHEN 2 THEN 'NO KEY UPDATE' ELSE 'UPDATE' END AS strength
    FROM dsql_internal.occ_decode(changes) d
    JOIN jsonb_to_recordset(targets) AS w (r oid, name text, places jsonb) ON w.r = d.r
    JOIN jsonb_to_recordset(w.places) AS m (base tid, shadow tid) ON m.base = d.t
    WHERE d.k = 'lock' OR d.k = 'upd' AND d.s = 3
  LOOP
    EXECUTE format('SELECT 1 FROM %s WHERE ctid = $1 FOR %s', item.name, item.strength) USING item.id;
  END LOOP;
  SELECT jsonb_agg(jsonb_build_object('r', d.r, 'k', d.k, 't', m.shadow, 's', d.s, 'n', d.n)) INTO rows
  FROM dsql_internal.occ_decode(changes) d
  JOIN jsonb_to_recordset(targets) AS w (r oid, places jsonb) ON w.r = d.r
  LEFT JOIN jsonb_to_recordset(w.places) AS m (base tid, shadow tid) ON m.base = d.t
  WHERE d.k <> 'lock';
  IF rows IS NOT NULL THEN
    statement := dsql_internal.occ_statement(rows, targets);
  END IF;
END
$$;

-- Gives the shadows their names, rules, owners and privileges. path is the client's search path as schemas,
-- renames a list of "schema name name", one entry for each shadow, views that of the views on them that are to be made,
-- those first on which others rest: "view name definition", with the name of the shadow. Nothing but the number of a
-- view is plain; the rest is in hexadecimal.

CREATE OR REPLACE FUNCTION dsql_internal.occ_overlay_end(
  password text, wanted oid[], made text, path name[], client name, search_path text,
  INOUT shadows text, OUT renames text, OUT views text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp SET client_min_messages = error SET dsql.makes_shadows = on
SET standard_conforming_strings = on
AS $$
DECLARE
  item record;
  rule record;
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  PERFORM dsql_internal.set_config('dsql.off_tables', 'on', true);
  shadows := btrim(concat(shadows, ' ', made));
  FOR item IN
    SELECT split_part(entry, ':', 1)::oid AS base, split_part(entry, ':', 2)::oid AS shadow
    FROM unnest(string_to_array(made, ' ')) AS entry
  LOOP
    UPDATE dsql_internal.pg_class SET relacl = NULL WHERE oid = item.shadow;
    PERFORM dsql_internal.occ_shadow_indexes(item.base, item.shadow, path, client, search_path);
    -- A function that takes a row of the table takes one of the shadow, too.
    EXECUTE (SELECT format('CREATE CAST (%s AS %s) WITH INOUT AS IMPLICIT', s.reltype::regtype, b.reltype::regtype)
      FROM dsql_internal.pg_class s, dsql_internal.pg_class b WHERE s.oid = item.shadow AND b.oid = item.base);
    UPDATE dsql_internal.pg_attribute a SET attgenerated = b.attgenerated, attidentity = b.attidentity
    FROM dsql_internal.pg_attribute b
    WHERE a.attrelid = item.shadow AND b.attrelid = item.base AND a.attname = b.attname
      AND (b.attgenerated <> '' OR b.attidentity <> '');
    -- Identity columns take their values from the table's own sequences.
    INSERT INTO dsql_internal.pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, item.shadow, a.attnum, d.deptype
    FROM dsql_internal.pg_depend d
    JOIN dsql_internal.pg_attribute b ON b.attrelid = d.refobjid AND b.attnum = d.refobjsubid AND b.attidentity <> ''
    JOIN dsql_internal.pg_attribute a ON a.attrelid = item.shadow AND a.attname = b.attname
    WHERE d.classid = 'dsql_internal.pg_class'::regclass AND d.refclassid = 'dsql_internal.pg_class'::regclass
      AND d.refobjid = item.base AND d.deptype = 'i';
  END LOOP;
  -- Nothing of the client's runs from here on.
  FOR item IN
    SELECT split_part(entry, ':', 1)::oid AS base, split_part(entry, ':', 2)::oid AS shadow
    FROM unnest(string_to_array(made, ' ')) AS entry
  LOOP
    PERFORM dsql_internal.occ_call_like_table(item.base, item.shadow);
    FOR rule IN
      SELECT conname, dsql_internal.pg_get_constraintdef(oid) AS definition, convalidated FROM dsql_internal.pg_constraint
      WHERE conrelid = item.base AND contype = 'c' ORDER BY conname
    LOOP
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s %s', item.shadow::regclass, rule.conname,
        rule.definition, CASE WHEN rule.convalidated THEN 'NOT VALID' END);
    END LOOP;
    PERFORM dsql_internal.occ_call(item.shadow, dsql_internal.occ_shadow_name(
      item.base, (SELECT relname FROM dsql_internal.pg_class WHERE oid = item.base), path));
  END LOOP;
  FOR item IN
    SELECT oid, conname, conrelid, confrelid FROM dsql_internal.pg_constraint
    WHERE contype = 'f' AND conrelid = ANY (wanted) ORDER BY oid
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID',
      dsql_internal.occ_shadow_of(item.conrelid, shadows), item.conname,
      dsql_internal.occ_foreign_key(item.oid, dsql_internal.occ_shadow_of(item.confrelid, shadows)));
  END LOOP;
  PERFORM dsql_internal.occ_hand_over(split_part(entry, ':', 1)::oid, split_part(entry, ':', 2)::oid)
  FROM unnest(string_to_array(made, ' ')) AS entry;
  WITH RECURSIVE height (view, n) AS (
    SELECT oid, 0 FROM dsql_internal.pg_class WHERE oid = ANY (wanted) AND relkind = 'v'
    UNION
    SELECT w.ev_class, height.n + 1 FROM height JOIN dsql_internal.pg_depend d
      ON d.refclassid = 'dsql_internal.pg_class'::regclass AND d.refobjid = height.view
      AND d.classid = 'dsql_internal.pg_rewrite'::regclass AND d.deptype = 'n'
    JOIN dsql_internal.pg_rewrite w ON w.oid = d.objid AND w.ev_class = ANY (wanted)
    WHERE height.n < cardinality(wanted) -- two views may rest on each other, until somebody reads them
  ), standing AS (
    SELECT c.oid, max(n) AS n, dsql_internal.occ_shadow_name(c.oid, relname, path) AS shadow_name
    FROM height JOIN dsql_internal.pg_class c ON c.oid = view GROUP BY c.oid, relname
  ), named AS (
    SELECT split_part(entry, ':', 1)::oid AS base, c.relname AS shadow_name
    FROM unnest(string_to_array(shadows, ' ')) AS entry
    JOIN dsql_internal.pg_class c ON c.oid = split_part(entry, ':', 2)::oid
    UNION ALL
    SELECT oid, shadow_name FROM standing
  )
  SELECT (
      SELECT coalesce(string_agg(concat(oid, ' ', dsql_internal.occ_hex(shadow_name), ' ',
        dsql_internal.occ_hex(dsql_internal.pg_get_viewdef(oid))), ',' ORDER BY n, oid), '') FROM standing),
    coalesce(string_agg(concat(dsql_internal.occ_hex(nspname), ' ', dsql_internal.occ_hex(c.relname), ' ',
      dsql_internal.occ_hex(named.shadow_name)), ','), '')
  INTO views, renames
  FROM named JOIN dsql_internal.pg_class c ON c.oid = base JOIN dsql_internal.pg_namespace s ON s.oid = c.relnamespace;
END
$$;

-- Makes the views that occ_overlay_end has named. views is a list of "view name definition", in which the definitions
-- name shadows where those of the real views name tables; names and definitions are in hexadecimal.

CREATE OR REPLACE FUNCTION dsql_internal.occ_overlay_views(password text, views text, INOUT shadows text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = dsql_internal, pg_catalog, pg_temp SET client_min_messages = error SET dsql.makes_shadows = on
SET standard_conforming_strings = on
AS $$
DECLARE
  item record;
  view oid;
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  FOR item IN
    SELECT split_part(entry, ' ', 1)::oid AS base, dsql_internal.occ_unhex(split_part(entry, ' ', 2)) AS name,
      dsql_internal.occ_unhex(split_part(entry, ' ', 3)) AS definition
    FROM unnest(string_to_array(views, ',')) AS entry
  LOOP
    EXECUTE format('CREATE TEMP VIEW %I %s AS %s', item.name, (
      SELECT 'WITH (' || array_to_string(reloptions, ', ') || ')' FROM dsql_internal.pg_class WHERE oid = item.base),
      item.definition);
    -- PostgreSQL writes spaces within names with a backslash there.
    view := (SELECT oid FROM dsql_internal.pg_class WHERE relname = item.name AND relnamespace = pg_my_temp_schema());
    IF EXISTS (SELECT FROM unnest(string_to_array(shadows, ' ')) AS entry
      WHERE position(concat(' :relid ', split_part(entry, ':', 1), ' ') IN (
        SELECT ev_action::text FROM dsql_internal.pg_rewrite WHERE ev_class = view)) > 0) THEN
      RAISE EXCEPTION 'view % cannot be carried on', item.name;
    END IF;
    PERFORM dsql_internal.occ_hand_over(item.base, view);
    shadows := btrim(concat(shadows, ' ', item.base, ':', view, ':'));
  END LOOP;
END
$$;

-- The functions of clients, "name path bound body callers" each: whether it sets a search path, whether PostgreSQL has
-- resolved names of tables in it, its body and defaults of arguments, and names of relations, "name-name-..". Who names one of these may call
-- the function, through a default, a constraint, a view and so on, also by way of foreign keys and of views on views. An
-- empty name stands for any statement: something that belongs to no relation calls it, such as a domain. tables
-- has the names of all tables and views of clients. Names and bodies are in hexadecimal.

CREATE OR REPLACE FUNCTION dsql_internal.occ_functions(password text, OUT functions text, OUT tables text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  ours oid[] := ARRAY (SELECT oid FROM dsql_internal.pg_namespace
    WHERE nspname IN ('pg_catalog', 'information_schema', 'dsql_internal', 'sys', 'pg_toast'));
BEGIN
  PERFORM dsql_internal.occ_admit(password);
  WITH RECURSIVE client_function AS (
    SELECT oid, proname, proconfig, prosqlbody, prosrc, proargdefaults FROM dsql_internal.pg_proc WHERE pronamespace <> ALL (ours)
  ), caller (function, relation) AS (
    SELECT d.refobjid, coalesce(adrelid, conrelid, ev_class, indrelid, 0::oid)
    FROM client_function f JOIN dsql_internal.pg_depend d
      ON d.refclassid = 'dsql_internal.pg_proc'::regclass AND d.refobjid = f.oid
      AND d.classid <> 'dsql_internal.pg_proc'::regclass
    LEFT JOIN dsql_internal.pg_attrdef a ON d.classid = 'dsql_internal.pg_attrdef'::regclass AND a.oid = d.objid
    LEFT JOIN dsql_internal.pg_constraint c ON d.classid = 'dsql_internal.pg_constraint'::regclass AND c.oid = d.objid
    LEFT JOIN dsql_internal.pg_rewrite w ON d.classid = 'dsql_internal.pg_rewrite'::regclass AND w.oid = d.objid
    LEFT JOIN dsql_internal.pg_index i ON d.classid = 'dsql_internal.pg_class'::regclass AND i.indexrelid = d.objid
    UNION
    SELECT function, neighbour.relation FROM caller, LATERAL (
      SELECT confrelid AS relation FROM dsql_internal.pg_constraint WHERE conrelid = caller.relation AND contype = 'f'
      UNION ALL
      SELECT conrelid FROM dsql_internal.pg_constraint WHERE confrelid = caller.relation AND contype = 'f'
      UNION ALL
      SELECT ev_class FROM dsql_internal.pg_depend d JOIN dsql_internal.pg_rewrite w
        ON d.classid = 'dsql_internal.pg_rewrite'::regclass AND w.oid = d.objid
      WHERE d.refclassid = 'dsql_internal.pg_class'::regclass AND d.refobjid = caller.relation
    ) neighbour WHERE caller.relation <> 0
  )
  SELECT coalesce(string_agg(concat_ws(' ', dsql_internal.occ_hex(proname),
      EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE starts_with(setting, 'search_path=')),
      prosqlbody IS NOT NULL AND EXISTS (SELECT FROM dsql_internal.pg_depend
        WHERE classid = 'dsql_internal.pg_proc'::regclass AND objid = f.oid
          AND refclassid = 'dsql_internal.pg_class'::regclass),
      dsql_internal.occ_hex(concat(coalesce(pg_catalog.pg_get_function_sqlbody(f.oid), prosrc), E'\n;\n',
        pg_get_expr(proargdefaults, 0))),
      (SELECT string_agg(coalesce(dsql_internal.occ_hex(relname), ''), '-') FROM caller
        LEFT JOIN dsql_internal.pg_class c ON c.oid = relation WHERE function = f.oid)), ','), '')
  INTO functions FROM client_function f;
  SELECT coalesce(string_agg(DISTINCT dsql_internal.occ_hex(relname), ','), '') INTO tables
  FROM dsql_internal.pg_class WHERE relnamespace <> ALL (ours) AND relkind IN ('r', 'v') AND relpersistence = 'p';
END
$$;

-- Both, and the client's own role in between. Only qualified names, no operators.
--
-- PostgreSQL searches temporary tables first, unless the search path names their schema. Then it is left out of
-- the path, up to the end of the transaction.

CREATE OR REPLACE FUNCTION dsql_internal.occ_overlay(
  password pg_catalog.text, names pg_catalog.text[], reads pg_catalog.bool, changes pg_catalog.text,
  INOUT shadows pg_catalog.text, OUT renames pg_catalog.text, OUT whole pg_catalog.bool, OUT views pg_catalog.text)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  begun pg_catalog.record;
  others pg_catalog.name[];
BEGIN
  SELECT * INTO begun FROM dsql_internal.occ_overlay_begin(password, names, reads, changes, shadows);
  whole := begun.whole;
  IF begun.statement IS NOT NULL THEN
    EXECUTE begun.statement USING begun.rows;
  END IF;
  SELECT x.shadows, x.renames, x.views INTO shadows, renames, views FROM dsql_internal.occ_overlay_end(
    password, begun.wanted, begun.made, pg_catalog.current_schemas(false), CURRENT_USER::pg_catalog.name,
    pg_catalog.current_setting('search_path'), shadows) AS x;
  others := pg_catalog.array_remove(pg_catalog.current_schemas(false), (
    SELECT nspname FROM dsql_internal.pg_namespace WHERE oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()));
  IF pg_catalog.cardinality(others) OPERATOR(pg_catalog.<>) pg_catalog.cardinality(pg_catalog.current_schemas(false)) THEN
    EXECUTE pg_catalog.concat('SET LOCAL search_path TO ', coalesce((
      SELECT pg_catalog.string_agg(pg_catalog.quote_ident(x.schema), ', ')
      FROM pg_catalog.unnest(others) AS x (schema)), pg_catalog.quote_literal('')));
  END IF;
END
$$;

-- Sessions of clients call only the functions listed here, which call the others. All of them ask for the password.

DO $$
BEGIN
  EXECUTE (SELECT 'REVOKE ALL ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' FROM PUBLIC'
    FROM dsql_internal.pg_proc WHERE pronamespace = 'dsql_internal'::regnamespace AND proname LIKE 'occ\_%'
      AND proname NOT IN ('occ_save', 'occ_save_shadows', 'occ_repeat', 'occ_repeat_begin', 'occ_repeat_end',
        'occ_overlay', 'occ_overlay_begin', 'occ_overlay_end', 'occ_overlay_views', 'occ_functions'));
END
$$;
