-- Functions for optimistic concurrency; docs/concurrency.md explains them. The superuser runs this script at
-- every start of a cluster; a statement ends where a semicolon is followed by an empty line.
--
-- "Changes" are the net effect of the running transaction, as JSON in base64 (pure ASCII in every client
-- encoding), one object for each row: r table, k kind (del, upd, ins, lock), t ctid of the version in the
-- snapshot, s strength of the row lock (1 key share, 2 no key update, 3 update), n the new version as text. A
-- "footprint" is "table:key:strength ..." of the changed rows that were there before. The key identifies a
-- row for all transactions, no matter which version each of them sees.

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

REVOKE ALL ON FUNCTION dsql_internal.occ_raw_page(text, bigint),
  dsql_internal.occ_page_items(bytea),
  dsql_internal.occ_columns(oid, bytea, integer, integer, text) FROM PUBLIC;

-- The ids of this transaction and of its open subtransactions. Released ones are not among them.

CREATE OR REPLACE FUNCTION dsql_internal.occ_own_xids() RETURNS xid[]
LANGUAGE sql STABLE
AS $$
  SELECT coalesce(array_agg(transactionid), '{}') FROM pg_catalog.pg_locks
  WHERE locktype = 'transactionid' AND pid = pg_catalog.pg_backend_pid()
    AND mode = 'ExclusiveLock' AND granted
$$;

-- The key of a row, unique in its table: the bytes of its primary key, or its place if it has none.

CREATE OR REPLACE FUNCTION dsql_internal.occ_key(primary_key int2vector, id tid, columns bytea[])
RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT coalesce(string_agg(encode(columns[number], 'hex'), '.' ORDER BY place), id::text)
  FROM unnest(primary_key::int2[]) WITH ORDINALITY AS part (number, place)
$$;

-- Row versions that this transaction made, removed or locked. did: 0 made, 1 to 3 locked with that
-- strength, 12 and 13 replaced or removed with strength 2 or 3.

CREATE OR REPLACE FUNCTION dsql_internal.occ_touched(relation regclass, own xid[])
RETURNS TABLE (id tid, made_by xid, next tid, did integer, key text)
LANGUAGE sql STABLE
AS $$
  SELECT id, t_xmin, t_ctid, did,
    CASE WHEN did > 0 THEN dsql_internal.occ_key(
      (SELECT indkey FROM pg_index WHERE indrelid = relation AND indisprimary), id,
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
    FROM generate_series(0, pg_relation_size(relation) / 8192 - 1) block,
      LATERAL dsql_internal.occ_page_items(dsql_internal.occ_raw_page(relation::text, block))
    WHERE lp_flags = 1
      AND (t_xmin = ANY (own) OR t_xmax = ANY (own) OR t_infomask & 4096 <> 0)
  ) AS version
  WHERE did > 0 OR t_xmin = ANY (own)
$$;

-- Changes to one table. place is the table itself, or the shadow that stands in for it; the rows
-- that fill has written are the shadow's copy of the snapshot.

CREATE OR REPLACE FUNCTION dsql_internal.occ_changes_of(
  relation oid, place regclass, own xid[], fill xid)
RETURNS TABLE (r oid, k text, t tid, s integer, n text, key text)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RETURN QUERY EXECUTE format($q$
    WITH RECURSIVE touched AS MATERIALIZED (
      SELECT *, made_by <> ALL ($1) OR made_by IS NOT DISTINCT FROM $2 AS is_base
      FROM dsql_internal.occ_touched(%3$s::oid, $1)
      WHERE did > 0 OR $2 IS NULL OR made_by <> $2
    ), chain (base, key, strength, latest, ended) AS (
      SELECT id, key, did - 10, next, next = id FROM touched WHERE is_base AND did > 10
      UNION ALL
      SELECT chain.base, chain.key, greatest(chain.strength, v.did - 10), v.next, v.next = v.id
      FROM chain JOIN touched v ON v.id = chain.latest
      WHERE NOT ended AND v.did > 10 AND NOT v.is_base
    ), current AS MATERIALIZED (
      SELECT ctid AS id, ("dsql$row".*)::text AS content FROM %1$s "dsql$row"
      WHERE ctid = ANY (ARRAY (SELECT id FROM touched WHERE NOT is_base))
    ), replaced AS MATERIALIZED (
      SELECT chain.base, current.id, current.content
      FROM chain JOIN current ON current.id = chain.latest WHERE NOT ended
    )
    SELECT %2$s::oid, 'lock', id, did, NULL::text, key
    FROM touched WHERE is_base AND did BETWEEN 1 AND 3
    UNION ALL
    SELECT %2$s::oid, CASE WHEN replaced.base IS NULL THEN 'del' ELSE 'upd' END,
      chain.base, max(greatest(chain.strength, locked.did)), replaced.content, chain.key
    FROM chain LEFT JOIN replaced ON replaced.base = chain.base
    LEFT JOIN touched locked
      ON locked.id = chain.latest AND NOT locked.is_base AND locked.did BETWEEN 1 AND 3
    GROUP BY chain.base, replaced.base, replaced.content, chain.key
    UNION ALL
    SELECT %2$s::oid, 'ins', NULL, NULL, content, NULL FROM current
    WHERE id NOT IN (SELECT id FROM replaced)
    $q$, (SELECT format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace
      WHERE c.oid = place), relation, place::oid) USING own, fill;
END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_encode(changes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT pg_catalog.encode(pg_catalog.convert_to(changes::text, 'UTF8'), 'base64') $$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_decode(changes text)
RETURNS TABLE (r oid, k text, t tid, s integer, n text)
LANGUAGE sql IMMUTABLE
AS $$
  SELECT x.* FROM pg_catalog.jsonb_to_recordset(
    pg_catalog.convert_from(pg_catalog.decode(changes, 'base64'), 'UTF8')::jsonb)
    AS x (r oid, k text, t tid, s integer, n text)
$$;

-- Changes leave PostgreSQL signed, for the transaction that has made them: "changes:signature". A
-- client may call what repeats changes, but cannot make up any.

CREATE TABLE IF NOT EXISTS dsql_internal.occ_secret (value bytea NOT NULL);

ALTER TABLE dsql_internal.occ_secret ENABLE ROW LEVEL SECURITY;

INSERT INTO dsql_internal.occ_secret
SELECT pg_catalog.uuid_send(gen_random_uuid()) || pg_catalog.uuid_send(gen_random_uuid())
WHERE NOT EXISTS (SELECT FROM dsql_internal.occ_secret);

CREATE OR REPLACE FUNCTION dsql_internal.occ_signature(content text) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT encode(sha256(value || sha256(value
    || convert_to(pg_current_xact_id()::text || ':' || content, 'UTF8'))), 'hex')
  FROM dsql_internal.occ_secret
$$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_signed(changes text) RETURNS text
LANGUAGE sql VOLATILE
AS $$ SELECT changes || ':' || dsql_internal.occ_signature(changes) $$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_verified(signed text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changes text := split_part(signed, ':', 1);
BEGIN
  IF signed IS DISTINCT FROM dsql_internal.occ_encode('[]')
    AND signed IS DISTINCT FROM dsql_internal.occ_signed(changes) THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'these are not the changes of this transaction';
  END IF;
  RETURN changes;
END
$$;

-- The same for a list of shadows, "list#signature": a client must not pass off a table of its own as
-- the shadow of another one.

CREATE OR REPLACE FUNCTION dsql_internal.occ_signed_shadows(shadows text) RETURNS text
LANGUAGE sql VOLATILE
AS $$
  SELECT CASE WHEN shadows = '' THEN ''
    ELSE shadows || '#' || dsql_internal.occ_signature('shadows ' || shadows) END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_verified_shadows(signed text) RETURNS text
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  shadows text := split_part(signed, '#', 1);
BEGIN
  IF signed IS DISTINCT FROM dsql_internal.occ_signed_shadows(shadows) THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'these are not the shadows of this transaction';
  END IF;
  RETURN shadows;
END
$$;

-- The changes of this transaction to real tables. It has to hold locks on the tables still.

CREATE OR REPLACE FUNCTION dsql_internal.occ_save(OUT changes text, OUT footprint text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET extra_float_digits = 3 SET datestyle = 'ISO'
SET intervalstyle = 'postgres'
AS $$
DECLARE
  own xid[] := dsql_internal.occ_own_xids();
BEGIN
  SELECT dsql_internal.occ_encode(coalesce(jsonb_agg(
      jsonb_build_object('r', c.r, 'k', c.k, 't', c.t, 's', c.s, 'n', c.n)), '[]')),
    coalesce(string_agg(c.r || ':' || c.key || ':' || c.s, ' ') FILTER (WHERE c.t IS NOT NULL), '')
  INTO changes, footprint
  FROM (
    SELECT DISTINCT relation FROM pg_locks
    WHERE locktype = 'relation' AND pid = pg_backend_pid()
      AND mode IN ('RowShareLock', 'RowExclusiveLock')
  ) AS locked
  JOIN pg_class ON pg_class.oid = relation AND relkind = 'r' AND relpersistence = 'p'
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
    AND nspname NOT IN ('pg_catalog', 'dsql_internal'),
  LATERAL dsql_internal.occ_changes_of(relation, relation, own, NULL) c;
  IF changes <> dsql_internal.occ_encode('[]') THEN
    changes := dsql_internal.occ_signed(changes);
  END IF;
END
$$;

-- The same of the shadows. shadows is a list of "table:shadow:fill".

CREATE OR REPLACE FUNCTION dsql_internal.occ_save_shadows(
  shadows text, OUT changes text, OUT footprint text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET extra_float_digits = 3 SET datestyle = 'ISO'
SET intervalstyle = 'postgres'
AS $$
DECLARE
  own xid[] := dsql_internal.occ_own_xids();
BEGIN
  shadows := dsql_internal.occ_verified_shadows(shadows);
  SELECT dsql_internal.occ_encode(coalesce(jsonb_agg(
      jsonb_build_object('r', c.r, 'k', c.k, 't', m.base, 's', c.s, 'n', c.n)), '[]')),
    coalesce(string_agg(c.r || ':' || CASE WHEN keyed THEN c.key ELSE m.base::text END || ':' || c.s, ' ')
      FILTER (WHERE c.t IS NOT NULL), '')
  INTO changes, footprint
  FROM unnest(string_to_array(shadows, ' ')) AS entry
  JOIN pg_class ON pg_class.oid = split_part(entry, ':', 2)::oid AND relkind = 'r',
  LATERAL dsql_internal.occ_changes_of(split_part(entry, ':', 1)::oid,
    split_part(entry, ':', 2)::oid, own, nullif(split_part(entry, ':', 3), '')::xid) c
  LEFT JOIN pg_temp.dsql_snapshot m ON m.relation = c.r AND m.shadow = c.t,
  LATERAL (SELECT EXISTS (SELECT FROM pg_index WHERE indrelid = c.r AND indisprimary) AS keyed) k;
  IF changes <> dsql_internal.occ_encode('[]') THEN
    changes := dsql_internal.occ_signed(changes);
  END IF;
END
$$;

-- Identity columns of a shadow take their values from the table's own sequence.

CREATE OR REPLACE FUNCTION dsql_internal.occ_identity(sequence regclass) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER
AS $$ SELECT pg_catalog.nextval(sequence) $$;

-- The name of a table's shadow, or of an index or constraint of the shadow. It is the original name if the
-- table is the one that the client means by that name without a schema. The client reaches other shadows by
-- qualified names only.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow_name(base oid, name text, path name[])
RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN array_position(path, nspname) <= ALL (
      SELECT array_position(path, n.nspname) FROM pg_class other
      JOIN pg_namespace n ON n.oid = other.relnamespace
      WHERE other.relname = c.relname AND n.nspname = ANY (path))
    AND (nspname = ANY (path) OR NOT EXISTS (SELECT FROM pg_class other
      WHERE other.relname = c.relname AND other.oid <> base AND other.relpersistence = 'p'))
    THEN name ELSE left(name, 50) || '$' || base END
  FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = base
$$;

-- Gives a shadow the owner of the table or view that it stands in for, and all its privileges, those
-- of columns too. So a view on shadows reads with its owner's rights, and everybody else may do what
-- he may do to the real one. Until then the shadow belongs to the role that makes it.

CREATE OR REPLACE FUNCTION dsql_internal.occ_hand_over(base oid, shadow oid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE pg_attribute a SET attacl = b.attacl FROM pg_attribute b, pg_class c
  WHERE a.attrelid = shadow AND b.attrelid = base AND a.attname = b.attname AND b.attacl IS NOT NULL
    AND c.oid = shadow AND c.relnamespace = pg_my_temp_schema();
  UPDATE pg_class c SET relowner = b.relowner, relacl = b.relacl FROM pg_class b
  WHERE c.oid = shadow AND b.oid = base AND c.relnamespace = pg_my_temp_schema()
$$;

-- A name as it has to be written in a regular expression, and in what such an expression puts in.

CREATE OR REPLACE FUNCTION dsql_internal.occ_pattern(name text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT pg_catalog.regexp_replace(name, '([^[:alnum:]_])', '\\\1', 'g') $$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_replacement(name text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT pg_catalog.replace(name, '\', '\\') $$;

-- A temporary table that looks like the table and holds what the snapshot shows of it.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow(
  base regclass, path name[], OUT shadow regclass, OUT fill xid)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  shadow_name text := dsql_internal.occ_shadow_name(
    base, (SELECT relname FROM pg_class WHERE oid = base), path);
  item record;
  column_list text;
  -- No column of the table has this name.
  origin text := (SELECT 'origin' || i
    FROM generate_series(0, (SELECT count(*) FROM pg_attribute WHERE attrelid = base)) i
    WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = base AND attname = 'origin' || i)
    ORDER BY i LIMIT 1);
BEGIN
  EXECUTE format('CREATE TEMP TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED'
    ' INCLUDING CONSTRAINTS INCLUDING STORAGE) ON COMMIT DROP', shadow_name, base);
  shadow := ('pg_temp.' || quote_ident(shadow_name))::regclass;
  FOR item IN
    SELECT attname, pg_get_serial_sequence(base::text, attname) AS sequence FROM pg_attribute
    WHERE attrelid = base AND attidentity <> ''
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT dsql_internal.occ_identity(%L)',
      shadow, item.attname, item.sequence);
  END LOOP;
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO column_list FROM pg_attribute
  WHERE attrelid = base AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  IF column_list IS NULL THEN
    RETURN;
  END IF;
  -- Each copy says which row it stands for. PostgreSQL does not keep the order: it puts a small row back into
  -- an earlier page.
  EXECUTE format('ALTER TABLE %s ADD %I tid', shadow, origin);
  -- The block is a subtransaction, so the copies carry an id of their own.
  BEGIN
    EXECUTE format('INSERT INTO %s (%s, %I) SELECT %2$s, ctid FROM ONLY %4$s',
      shadow, column_list, origin, base);
    EXECUTE format('SELECT xmin FROM %s LIMIT 1', shadow) INTO fill;
  EXCEPTION WHEN division_by_zero THEN
    RAISE;
  END;
  EXECUTE format('INSERT INTO pg_temp.dsql_snapshot (relation, base, shadow)'
    ' SELECT %s, %I, ctid FROM %s', base::oid, origin, shadow);
  EXECUTE format('ALTER TABLE %s DROP %I', shadow, origin);
END
$$;

-- Makes an index of a shadow one whose job has found duplicates: it lets no more in.

CREATE OR REPLACE FUNCTION dsql_internal.occ_fail_index(index regclass) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE pg_index SET indisunique = true, indisvalid = false
  FROM pg_class WHERE indexrelid = index AND pg_class.oid = index AND relnamespace = pg_my_temp_schema()
$$;

-- The unique indexes of a shadow.

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow_indexes(base regclass, shadow regclass, path name[])
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  item record;
BEGIN
  -- They keep their names, which error messages contain.
  FOR item IN
    SELECT dsql_internal.pg_get_indexdef(i.indexrelid) AS definition, c.conname,
      dsql_internal.pg_get_constraintdef(c.oid) AS rule,
      x.relname AS name, i.indisvalid AS is_valid
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
    LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = base AND i.indisunique AND i.indisready
  LOOP
    item.name := dsql_internal.occ_shadow_name(base, item.name, path);
    IF item.conname IS NOT NULL THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', shadow, item.name, item.rule);
    ELSE
      EXECUTE regexp_replace(
        replace(item.definition, ' ON ' || base || ' ', ' ON ' || shadow || ' '),
        '^CREATE UNIQUE INDEX .* ON ' || dsql_internal.occ_pattern(shadow::text),
        dsql_internal.occ_replacement(format('CREATE %s INDEX %I ON %s',
          CASE WHEN item.is_valid THEN 'UNIQUE' END, item.name, shadow)));
      IF NOT item.is_valid THEN
        PERFORM dsql_internal.occ_fail_index(('pg_temp.' || quote_ident(item.name))::regclass);
      END IF;
    END IF;
  END LOOP;
END
$$;

-- Repeats saved changes on a shadow.

CREATE OR REPLACE FUNCTION dsql_internal.occ_restore(base regclass, shadow regclass, changes text)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  column_list text;
  assignments text;
  strength text;
  change record;
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
    string_agg(format('%1$I = (($1::%2$s).%1$I)', attname, base), ', ')
  INTO column_list, assignments FROM pg_attribute
  WHERE attrelid = base AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  -- Deletions come before insertions, to free their keys.
  FOR change IN
    SELECT d.k, d.s, d.n, m.shadow AS id FROM dsql_internal.occ_decode(changes) d
    LEFT JOIN pg_temp.dsql_snapshot m ON m.relation = d.r AND m.base = d.t
    WHERE d.r = occ_restore.base::oid
    ORDER BY array_position('{lock,del,upd,ins}'::text[], d.k)
  LOOP
    CASE change.k
      WHEN 'lock' THEN
        strength := CASE change.s WHEN 1 THEN 'KEY SHARE' WHEN 2 THEN 'NO KEY UPDATE' ELSE 'UPDATE' END;
        EXECUTE format('SELECT 1 FROM %s WHERE ctid = $1 FOR %s', shadow, strength) USING change.id;
      WHEN 'del' THEN
        EXECUTE format('DELETE FROM %s WHERE ctid = $1', shadow) USING change.id;
      WHEN 'upd' THEN
        -- The UPDATE alone locks less if the transaction had locked the row, or if the shadow has no index
        -- yet.
        IF change.s = 3 THEN
          EXECUTE format('SELECT 1 FROM %s WHERE ctid = $1 FOR UPDATE', shadow) USING change.id;
        END IF;
        EXECUTE format('UPDATE %s SET %s WHERE ctid = $2', shadow, assignments)
        USING change.n, change.id;
      ELSE
        EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM (SELECT ($1::%s).*) x',
          shadow, column_list, base) USING change.n;
    END CASE;
  END LOOP;
END
$$;

-- Makes shadows of the tables and views that a statement names, of the tables that the saved changes concern,
-- and of all tables that foreign keys tie to them. path is the client's search path, renames a list of
-- "schema name name", one entry for each shadow.

CREATE OR REPLACE FUNCTION dsql_internal.occ_overlay(
  names text[], path name[], changes text, INOUT shadows text, OUT renames text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET extra_float_digits = 3 SET datestyle = 'ISO'
SET intervalstyle = 'postgres' SET synchronize_seqscans = off SET client_min_messages = error
SET dsql.makes_shadows = on
AS $$
DECLARE
  present oid[];
  wanted oid[];
  item record;
  made record;
  moved boolean;
BEGIN
  changes := dsql_internal.occ_verified(changes);
  shadows := dsql_internal.occ_verified_shadows(shadows);
  present := ARRAY (SELECT split_part(entry, ':', 1)::oid
    FROM unnest(string_to_array(shadows, ' ')) AS entry);
  IF shadows = '' THEN
    CREATE TEMP TABLE dsql_snapshot (relation oid, base tid, shadow tid) ON COMMIT DROP;
  END IF;
  WITH RECURSIVE related (relation) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace
    WHERE relname = ANY (names) AND relkind IN ('r', 'v') AND relpersistence = 'p'
      AND nspname NOT IN ('pg_catalog', 'information_schema', 'dsql_internal', 'sys')
    UNION
    SELECT r FROM dsql_internal.occ_decode(changes)
    UNION
    SELECT neighbour.relation FROM related, LATERAL (
      SELECT confrelid AS relation FROM pg_constraint WHERE conrelid = related.relation AND contype = 'f'
      UNION ALL
      SELECT conrelid FROM pg_constraint WHERE confrelid = related.relation AND contype = 'f'
      UNION ALL
      SELECT d.refobjid FROM pg_rewrite w JOIN pg_depend d
        ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
      WHERE w.ev_class = related.relation
    ) neighbour
  )
  SELECT array_agg(DISTINCT c.oid) INTO wanted
  FROM related JOIN pg_class c ON c.oid = relation
  WHERE relkind IN ('r', 'v') AND relpersistence = 'p' AND c.oid <> ALL (present);
  FOR item IN
    SELECT oid FROM pg_class WHERE oid = ANY (wanted) AND relkind = 'r' ORDER BY oid
  LOOP
    SELECT * INTO made FROM dsql_internal.occ_shadow(item.oid, path);
    shadows := ltrim(concat(shadows, ' ', item.oid, ':', made.shadow::oid, ':', made.fill));
    -- Keys that have moved from row to row would collide on the way.
    moved := EXISTS (SELECT FROM dsql_internal.occ_decode(changes) d
      WHERE d.r = item.oid AND d.k = 'upd' AND d.s = 3);
    IF NOT moved THEN
      PERFORM dsql_internal.occ_shadow_indexes(item.oid, made.shadow, path);
    END IF;
    PERFORM dsql_internal.occ_restore(item.oid, made.shadow, changes);
    IF moved THEN
      PERFORM dsql_internal.occ_shadow_indexes(item.oid, made.shadow, path);
    END IF;
  END LOOP;
  FOR item IN
    SELECT conname, conrelid, confrelid, dsql_internal.pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY (wanted) ORDER BY oid
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s',
      dsql_internal.occ_shadow_of(item.conrelid, shadows), item.conname,
      replace(item.definition, ' REFERENCES ' || item.confrelid::regclass || '(',
        ' REFERENCES ' || dsql_internal.occ_shadow_of(item.confrelid, shadows) || '('));
  END LOOP;
  -- A view may rest on an older view.
  FOR item IN
    SELECT c.oid, relname, pg_get_viewdef(c.oid) AS definition,
      'WITH (' || array_to_string(reloptions, ', ') || ')' AS options FROM pg_class c
    WHERE c.oid = ANY (wanted) AND relkind = 'v' ORDER BY c.oid
  LOOP
    FOR made IN
      SELECT split_part(entry, ':', 1)::oid::regclass AS base,
        split_part(entry, ':', 2)::oid::regclass AS shadow
      FROM unnest(string_to_array(shadows, ' ')) AS entry
    LOOP
      item.definition := regexp_replace(item.definition,
        '(^|[^[:alnum:]_."$])' || dsql_internal.occ_pattern(made.base::text) || '($|[^[:alnum:]_"$])',
        '\1' || dsql_internal.occ_replacement(made.shadow::text) || '\2', 'g');
    END LOOP;
    item.relname := dsql_internal.occ_shadow_name(item.oid, item.relname, path);
    EXECUTE format('CREATE TEMP VIEW %I %s AS %s', item.relname, item.options, item.definition);
    shadows := concat(shadows, ' ', item.oid, ':',
      ('pg_temp.' || quote_ident(item.relname))::regclass::oid, ':');
  END LOOP;
  PERFORM dsql_internal.occ_hand_over(split_part(entry, ':', 1)::oid, split_part(entry, ':', 2)::oid)
  FROM unnest(string_to_array(shadows, ' ')) AS entry
  WHERE split_part(entry, ':', 1)::oid = ANY (wanted);
  SELECT coalesce(string_agg(concat(encode(convert_to(nspname, 'UTF8'), 'hex'), ' ',
      encode(convert_to(c.relname, 'UTF8'), 'hex'), ' ', encode(convert_to(shadow.relname, 'UTF8'), 'hex')), ','), '')
  INTO renames
  FROM unnest(string_to_array(shadows, ' ')) AS entry
  JOIN pg_class c ON c.oid = split_part(entry, ':', 1)::oid
  JOIN pg_class shadow ON shadow.oid = split_part(entry, ':', 2)::oid
  JOIN pg_namespace s ON s.oid = c.relnamespace;
  shadows := dsql_internal.occ_signed_shadows(shadows);
END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.occ_shadow_of(base oid, shadows text) RETURNS regclass
LANGUAGE sql STABLE
AS $$
  SELECT split_part(entry, ':', 2)::oid::regclass FROM unnest(string_to_array(shadows, ' ')) AS entry
  WHERE split_part(entry, ':', 1)::oid = base
$$;

-- Whether a row that the snapshot shows has been deleted, or its key changed, by a commit that the
-- snapshot does not show. Walks from version to version.

CREATE OR REPLACE FUNCTION dsql_internal.occ_key_is_gone(relation regclass, id tid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  version record;
  changed_by xid;
BEGIN
  LOOP
    SELECT * INTO version
    FROM dsql_internal.occ_page_items(
      dsql_internal.occ_raw_page(relation::text, (id::text::point)[0]::bigint))
    WHERE lp = (id::text::point)[1] AND lp_flags = 1;
    IF NOT FOUND THEN
      RETURN true;
    END IF;
    IF version.t_infomask & 2048 <> 0 OR version.t_infomask & 128 <> 0 THEN
      RETURN false; -- no transaction has changed it
    END IF;
    changed_by := version.t_xmax;
    IF version.t_infomask & 4096 <> 0 THEN
      SELECT m.xid INTO changed_by FROM pg_get_multixact_members(version.t_xmax) m
      WHERE m.mode IN ('nokeyupd', 'upd');
    END IF;
    IF changed_by IS NULL OR pg_xact_status(changed_by::text::xid8) IS DISTINCT FROM 'committed' THEN
      RETURN false;
    END IF;
    IF version.t_infomask2 & 8192 <> 0 THEN
      RETURN true;
    END IF;
    id := version.t_ctid;
  END LOOP;
END
$$;

-- Makes an update of a deletion and an insertion with the same key. Otherwise the deletion would now cascade
-- to rows that were inserted after it.

CREATE OR REPLACE FUNCTION dsql_internal.occ_merge(changes text) RETURNS text
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  item record;
  pairs jsonb := '[]';
  more jsonb;
BEGIN
  FOR item IN
    SELECT c.r, c.r::regclass AS relation,
      string_agg(format('(i.n::%s).%I = b.%2$I', c.r::regclass, attname), ' AND ') AS same_key
    FROM (SELECT r FROM dsql_internal.occ_decode(changes) GROUP BY r
      HAVING bool_or(k = 'del') AND bool_or(k = 'ins')) c
    JOIN pg_index ON indrelid = c.r AND indisprimary
    JOIN pg_attribute ON attrelid = c.r AND attnum = ANY (indkey)
    GROUP BY c.r
  LOOP
    EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_object('
      '''r'', d.r, ''k'', ''upd'', ''t'', d.t, ''s'', d.s, ''n'', i.n)), ''[]'')'
      ' FROM (SELECT * FROM dsql_internal.occ_decode($1) WHERE r = %1$s AND k = ''del'') d'
      ' JOIN ONLY %2$s b ON b.ctid = d.t'
      ' JOIN (SELECT n FROM dsql_internal.occ_decode($1) WHERE r = %1$s AND k = ''ins'' OFFSET 0) i'
      ' ON %3$s', item.r, item.relation, item.same_key)
    INTO more USING changes;
    pairs := pairs || more;
  END LOOP;
  IF pairs = '[]' THEN
    RETURN changes;
  END IF;
  SELECT pairs || coalesce(jsonb_agg(to_jsonb(d)), '[]') INTO more
  FROM dsql_internal.occ_decode(changes) d
  WHERE NOT (k = 'del' AND (r, t) IN (SELECT x.r, x.t FROM jsonb_to_recordset(pairs) AS x (r oid, t tid)))
    AND NOT (k = 'ins' AND (r, n) IN (SELECT x.r, x.n FROM jsonb_to_recordset(pairs) AS x (r oid, n text)));
  RETURN dsql_internal.occ_encode(more);
END
$$;

-- The same changes without updates of keys, because PostgreSQL compares keys after each row of an update.
-- Keeps them where the deletion of a row would act on other rows, which nothing here would notice.

CREATE OR REPLACE FUNCTION dsql_internal.occ_split(changes text) RETURNS text
LANGUAGE sql VOLATILE
AS $$
  WITH change AS MATERIALIZED (
    SELECT *, k = 'upd' AND s = 3 AND NOT EXISTS (SELECT FROM pg_constraint
      WHERE contype = 'f' AND confrelid = r AND confdeltype <> 'a') AS splits
    FROM dsql_internal.occ_decode(changes)
  )
  SELECT dsql_internal.occ_encode(jsonb_agg(x.change)) FROM (
    SELECT jsonb_build_object('r', r, 'k', k, 't', t, 's', s, 'n', n) FROM change WHERE NOT splits
    UNION ALL
    SELECT jsonb_build_object('r', r, 'k', 'del', 't', t, 's', s, 'n', NULL) FROM change WHERE splits
    UNION ALL
    SELECT jsonb_build_object('r', r, 'k', 'ins', 't', NULL, 's', NULL, 'n', n) FROM change WHERE splits
  ) AS x (change)
$$;

-- Repeats the transaction's changes on the real tables, in one statement, because PostgreSQL checks foreign
-- keys after the last of its parts. Raises an error if the rows do not come out as they were: an action of a
-- foreign key has changed them, or the transaction has written to the tables beside its shadows.

CREATE OR REPLACE FUNCTION dsql_internal.occ_apply(changes text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  item record;
  parts text := '';
  removals text := 'true';
  replacements text := 'true';
  results text := 'SELECT NULL::oid AS r, NULL::tid AS id WHERE false';
  written jsonb;
  same boolean;
BEGIN
  FOR item IN
    SELECT DISTINCT r, r::regclass AS relation FROM dsql_internal.occ_decode(changes)
    WHERE k = 'del' ORDER BY r
  LOOP
    parts := parts || format(', d%s AS (DELETE FROM ONLY %s WHERE ctid = ANY (ARRAY'
      '(SELECT t FROM change WHERE r = %1$s AND k = ''del'')) RETURNING 1)', item.r, item.relation);
    removals := removals || format(' AND (SELECT count(*) FROM d%s) >= 0', item.r);
    results := results || format(' UNION ALL SELECT %s, NULL FROM d%1$s', item.r);
  END LOOP;
  FOR item IN
    SELECT c.r, c.r::regclass AS relation,
      string_agg(format('%1$I = (y.n).%1$I', attname), ', ') AS assignments
    FROM (SELECT DISTINCT r FROM dsql_internal.occ_decode(changes) WHERE k = 'upd') c
    JOIN pg_attribute ON attrelid = c.r AND attnum > 0 AND NOT attisdropped
      AND attgenerated = '' AND attidentity <> 'a'
    GROUP BY c.r ORDER BY c.r
  LOOP
    parts := parts || format(', u%s AS (UPDATE ONLY %s AS x SET %s FROM'
      ' (SELECT t, n::%2$s AS n FROM change WHERE r = %1$s AND k = ''upd'' OFFSET 0) y'
      ' WHERE x.ctid = y.t AND %4$s RETURNING x.ctid AS id)',
      item.r, item.relation, item.assignments, removals);
    replacements := replacements || format(' AND (SELECT count(*) FROM u%s) >= 0', item.r);
    results := results || format(' UNION ALL SELECT %s, id FROM u%1$s', item.r);
  END LOOP;
  FOR item IN
    SELECT c.r, c.r::regclass AS relation,
      string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS column_list,
      string_agg(format('(y.n).%I', attname), ', ' ORDER BY attnum) AS values_list
    FROM (SELECT DISTINCT r FROM dsql_internal.occ_decode(changes) WHERE k = 'ins') c
    JOIN pg_attribute ON attrelid = c.r AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    GROUP BY c.r ORDER BY c.r
  LOOP
    parts := parts || format(', i%s AS (INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM'
      ' (SELECT n::%2$s AS n FROM change WHERE r = %1$s AND k = ''ins'' OFFSET 0) y'
      ' WHERE %5$s AND %6$s RETURNING ctid AS id)', item.r, item.relation, item.column_list,
      item.values_list, removals, replacements);
    results := results || format(' UNION ALL SELECT %s, id FROM i%1$s', item.r);
  END LOOP;
  EXECUTE 'WITH change AS MATERIALIZED (SELECT * FROM dsql_internal.occ_decode($1))' || parts
    || ' SELECT coalesce(jsonb_agg(jsonb_build_array(r, id)), ''[]'') FROM (' || results || ') AS result'
  INTO written USING changes;
  same := jsonb_array_length(written)
    = (SELECT count(*) FROM dsql_internal.occ_decode(changes) WHERE k <> 'lock');
  FOR item IN
    SELECT DISTINCT r, r::regclass AS relation FROM dsql_internal.occ_decode(changes)
    WHERE k IN ('upd', 'ins')
  LOOP
    EXIT WHEN NOT same;
    EXECUTE format('SELECT (SELECT array_agg(("dsql$row".*)::text ORDER BY ("dsql$row".*)::text COLLATE "C")'
      ' FROM ONLY %2$s "dsql$row" WHERE ctid = ANY (ARRAY (SELECT (e.value ->> 1)::tid'
      ' FROM jsonb_array_elements($1) e WHERE (e.value ->> 0)::oid = %1$s)))'
      ' IS NOT DISTINCT FROM (SELECT array_agg(n::%2$s::text ORDER BY n::%2$s::text COLLATE "C")'
      ' FROM dsql_internal.occ_decode($2) WHERE r = %1$s AND k IN (''upd'', ''ins''))',
      item.r, item.relation)
    INTO same USING written, changes;
  END LOOP;
  IF NOT same THEN
    RAISE serialization_failure USING MESSAGE = 'changes cannot be repeated as they were';
  END IF;
END
$$;

-- Repeats the transaction's changes. PostgreSQL itself finds out, by the snapshot, that another transaction
-- has committed first. PostgreSQL checked privileges when the statements ran. The function runs as its owner,
-- because the client may not repeat directly what a view, a function or a foreign key did for it.

CREATE OR REPLACE FUNCTION dsql_internal.occ_replay(changes text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET extra_float_digits = 3 SET datestyle = 'ISO'
SET intervalstyle = 'postgres'
AS $$
DECLARE
  item record;
  merged text;
BEGIN
  changes := dsql_internal.occ_verified(changes);
  -- All transactions lock in the same order, so that two concurrent commits do not cross.
  FOR item IN
    SELECT r::regclass AS relation, t,
      CASE s WHEN 1 THEN 'KEY SHARE' WHEN 2 THEN 'NO KEY UPDATE' ELSE 'UPDATE' END AS strength
    FROM dsql_internal.occ_decode(changes)
    WHERE t IS NOT NULL
    ORDER BY r, t
  LOOP
    -- The block is a subtransaction. A session that waits for a lock of an ended one waits for the whole
    -- transaction, even if that goes back to its savepoint. So only key shares are locked in a block:
    -- sessions hardly ever wait for those.
    IF item.strength <> 'KEY SHARE' THEN
      EXECUTE format('SELECT 1 FROM ONLY %s WHERE ctid = $1 FOR %s', item.relation, item.strength)
      USING item.t;
      CONTINUE;
    END IF;
    BEGIN
      EXECUTE format('SELECT 1 FROM ONLY %s WHERE ctid = $1 FOR KEY SHARE', item.relation)
      USING item.t;
    EXCEPTION WHEN serialization_failure THEN
      -- PostgreSQL refuses this lock beside every change, the service only beside a change of the key.
      IF dsql_internal.occ_key_is_gone(item.relation, item.t) THEN
        RAISE;
      END IF;
    END;
  END LOOP;
  merged := dsql_internal.occ_merge(changes);
  BEGIN
    PERFORM dsql_internal.occ_apply(merged);
  EXCEPTION WHEN unique_violation THEN
    IF NOT EXISTS (SELECT FROM dsql_internal.occ_decode(merged) WHERE k = 'upd' AND s = 3) THEN
      RAISE;
    END IF;
    PERFORM dsql_internal.occ_apply(dsql_internal.occ_split(merged));
  END;
END
$$;

-- Sessions of clients and defaults of shadows call only the functions listed here, which call the others.

DO $$
BEGIN
  EXECUTE (SELECT 'REVOKE ALL ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' FROM PUBLIC'
    FROM pg_catalog.pg_proc WHERE pronamespace = 'dsql_internal'::regnamespace AND proname LIKE 'occ\_%'
      AND proname NOT IN ('occ_overlay', 'occ_save', 'occ_save_shadows', 'occ_replay', 'occ_identity'));
END
$$;

-- What clients have written into constraints, generated columns, domains and indexes is evaluated in
-- these two. They run as a role that is no superuser, so that none of it reaches the catalogs or the
-- machine. It still reaches tables that the client has no rights on.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dsql_repeat') THEN
    CREATE ROLE dsql_repeat;
    GRANT pg_read_all_data, pg_write_all_data TO dsql_repeat;
    GRANT TEMP ON DATABASE postgres TO dsql_repeat;
  END IF;
  EXECUTE (SELECT 'GRANT EXECUTE ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' TO dsql_repeat'
    FROM pg_catalog.pg_proc WHERE pronamespace = 'dsql_internal'::regnamespace AND proname LIKE 'occ\_%'
      AND proname NOT IN ('occ_raw_page', 'occ_page_items', 'occ_columns', 'occ_signed'));
END
$$;

ALTER FUNCTION dsql_internal.occ_replay(text) OWNER TO dsql_repeat;

ALTER FUNCTION dsql_internal.occ_overlay(text[], name[], text, text) OWNER TO dsql_repeat;
