-- Asynchronous jobs: their view in schema sys, their origins, and their work. The superuser runs this script
-- at every start of a cluster; a statement ends where a semicolon is followed by an empty line.
--
-- A client's CREATE INDEX ASYNC arrives with the comment /*\x01*/ in the place of ASYNC and, for a unique
-- index, /*\x01\x01*/ in the place of UNIQUE (class AsyncMarks). So PostgreSQL builds an index that is kept
-- up to date and enforces nothing, and an event trigger makes it invalid and notes the job, all in the
-- client's transaction: the job exists if that commits. The job makes the index unique without building it
-- again: the leaves of a unique B-tree look like those of another.
--
-- Times are the cluster's, which can be moved by hand and which PostgreSQL does not know. So class Jobs sets
-- them; until then created stands in.

CREATE TABLE IF NOT EXISTS dsql_internal.jobs (
  job_id text PRIMARY KEY,
  job_type text NOT NULL,
  status text NOT NULL DEFAULT 'submitted',
  details text,
  object_id oid NOT NULL,
  object_name text NOT NULL,
  table_id oid NOT NULL,
  is_unique boolean NOT NULL DEFAULT false,
  constraint_name name,
  created timestamptz NOT NULL DEFAULT clock_timestamp(),
  start_time timestamptz,
  update_time timestamptz
);

-- Not even a role that may write all tables writes this one.

ALTER TABLE dsql_internal.jobs ENABLE ROW LEVEL SECURITY;

-- Qualified names are inferred from details that the service was seen to give.

CREATE OR REPLACE VIEW sys.jobs AS
SELECT job_id,
       status,
       details,
       job_type,
       'dsql_internal.pg_class'::regclass::oid AS class_id,
       object_id,
       object_name,
       coalesce(start_time, created) AS start_time,
       CASE WHEN status <> 'submitted' THEN coalesce(update_time, created) END AS update_time
FROM dsql_internal.jobs;

GRANT SELECT ON sys.jobs TO PUBLIC;

-- ---- their origins

-- 128 random bits in base32, in lower case and without padding.

CREATE OR REPLACE FUNCTION dsql_internal.job_new_id() RETURNS text
LANGUAGE sql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567',
    1 + substring(bits FROM 1 + 5 * i FOR 5)::bit(5)::integer, 1), '' ORDER BY i)
  FROM (SELECT ('x' || encode(uuid_send(gen_random_uuid()), 'hex'))::bit(128) || B'00' AS bits
    OFFSET 0) AS id, generate_series(0, 25) AS i
$$;

-- dsql.job_id is the id that the client knows already, if its transaction is repeated.

CREATE OR REPLACE FUNCTION dsql_internal.job_submit(
  job_type text, object_id oid, object_name text, table_id oid, is_unique boolean, constraint_name name)
RETURNS text
LANGUAGE sql VOLATILE
AS $$
  INSERT INTO dsql_internal.jobs (job_id, job_type, object_id, object_name, table_id, is_unique,
    constraint_name)
  VALUES (coalesce(CASE WHEN job_type <> 'DROP' THEN nullif(current_setting('dsql.job_id', true), '') END,
    dsql_internal.job_new_id()), job_type, object_id, object_name, table_id, is_unique, constraint_name)
  RETURNING job_id
$$;

-- Whether the running statement asks for a job.

CREATE OR REPLACE FUNCTION dsql_internal.job_wanted() RETURNS boolean
LANGUAGE sql STABLE
AS $$ SELECT pg_catalog.strpos(pg_catalog.current_query(), E'/*\x01*/') > 0 $$;

-- The notice becomes the row job_id on its way to the client; see JobAnswers. It is empty if there is nothing
-- to do, as with IF NOT EXISTS; the service's answer to that is unknown.

CREATE OR REPLACE FUNCTION dsql_internal.job_of_index() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  made record;
  id text := '';
BEGIN
  IF NOT dsql_internal.job_wanted() THEN
    RETURN;
  END IF;
  FOR made IN
    SELECT objid, object_identity, indrelid FROM pg_event_trigger_ddl_commands()
    JOIN dsql_internal.pg_index ON indexrelid = objid
    WHERE classid = 'dsql_internal.pg_class'::regclass AND schema_name <> 'pg_temp'
  LOOP
    UPDATE dsql_internal.pg_index SET indisvalid = false WHERE indexrelid = made.objid;
    id := dsql_internal.job_submit('INDEX_BUILD', made.objid, made.object_identity, made.indrelid,
      strpos(current_query(), E'/*\x01\x01*/') > 0, NULL);
  END LOOP;
  RAISE NOTICE USING ERRCODE = 'DSJOB', MESSAGE = id;
END
$$;

-- ALTER TABLE ASYNC t VALIDATE CONSTRAINT c arrives as ALTER TABLE t ADD CHECK ('c' <> '') NOT VALID: the
-- youngest constraint of the table, under any free name.

CREATE OR REPLACE FUNCTION dsql_internal.job_of_validation() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  before_name text := '(''';
  after_name text := '''::text <> ''''::text)';
  altered record;
  wanted name;
  kind "char";
  id text := '';
BEGIN
  IF NOT dsql_internal.job_wanted() OR current_setting('dsql.job_validates', true) = 'on' THEN
    RETURN;
  END IF;
  FOR altered IN
    SELECT conrelid, conname, relname, pg_get_expr(conbin, conrelid) AS expression, object_identity
    FROM pg_event_trigger_ddl_commands(), LATERAL (
      SELECT conrelid, conname, conbin FROM dsql_internal.pg_constraint
      WHERE conrelid = objid AND contype = 'c' ORDER BY dsql_internal.pg_constraint.oid DESC LIMIT 1) AS youngest
    JOIN dsql_internal.pg_class ON dsql_internal.pg_class.oid = conrelid
    WHERE classid = 'dsql_internal.pg_class'::regclass
  LOOP
    wanted := replace(substr(altered.expression, 1 + length(before_name),
      length(altered.expression) - length(before_name || after_name)), '''''', '''');
    -- The statement below fires this trigger, too.
    PERFORM dsql_internal.set_config('dsql.job_validates', 'on', true);
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', altered.conrelid::regclass, altered.conname);
    PERFORM dsql_internal.set_config('dsql.job_validates', 'off', true);
    SELECT contype INTO kind FROM dsql_internal.pg_constraint
    WHERE conrelid = altered.conrelid AND conname = wanted;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE =
        format('constraint "%s" of relation "%s" does not exist', wanted, altered.relname);
    ELSIF kind NOT IN ('c', 'f') THEN
      RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE =
        format('constraint "%s" of relation "%s" is not a foreign key or check constraint',
          wanted, altered.relname);
    END IF;
    id := dsql_internal.job_submit('VALIDATE_CONSTRAINT', altered.conrelid,
      altered.object_identity, altered.conrelid, false, wanted);
  END LOOP;
  RAISE NOTICE USING ERRCODE = 'DSJOB', MESSAGE = id;
END
$$;

-- A dropped object is gone at once; the service frees its storage in a job. It is unknown which objects get a
-- job of their own: here tables, and indexes that were dropped by themselves.

CREATE OR REPLACE FUNCTION dsql_internal.job_of_drop() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM dsql_internal.job_submit('DROP', objid, object_identity, objid, false, NULL)
  FROM pg_event_trigger_dropped_objects()
  WHERE classid = 'dsql_internal.pg_class'::regclass AND NOT is_temporary
    AND (object_type = 'table' OR (object_type = 'index' AND original));
END
$$;

-- Only a session that has turned disable_sync_create_index off may create an index without a job. The
-- cluster's own functions run as their owner.

CREATE OR REPLACE FUNCTION dsql_internal.job_mode() RETURNS event_trigger
LANGUAGE plpgsql
AS $$
DECLARE
  disabled text := lower(coalesce(current_setting('dsql.disable_sync_create_index', true), ''));
BEGIN
  IF current_user = session_user AND session_user::regrole <> 10
    AND NOT dsql_internal.job_wanted() AND disabled NOT IN ('off', 'of', 'false', 'f', 'no', 'n', '0') THEN
    RAISE EXCEPTION USING ERRCODE = '0A000',
      MESSAGE = 'unsupported mode. please use CREATE INDEX ASYNC.';
  END IF;
END
$$;

DROP EVENT TRIGGER IF EXISTS dsql_job_mode;

CREATE EVENT TRIGGER dsql_job_mode ON ddl_command_start WHEN TAG IN ('CREATE INDEX')
EXECUTE FUNCTION dsql_internal.job_mode();

-- The same for indexes in CREATE SCHEMA, for which ddl_command_start does not fire. The refusal is inferred;
-- PostgreSQL cannot read ASYNC there.

CREATE OR REPLACE FUNCTION dsql_internal.job_mode_within() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  disabled text := lower(coalesce(current_setting('dsql.disable_sync_create_index', true), ''));
BEGIN
  IF disabled NOT IN ('off', 'of', 'false', 'f', 'no', 'n', '0')
    AND EXISTS (SELECT FROM pg_event_trigger_ddl_commands() JOIN dsql_internal.pg_index ON indexrelid = objid
      WHERE classid = 'dsql_internal.pg_class'::regclass
        AND NOT EXISTS (SELECT FROM dsql_internal.pg_constraint WHERE conindid = indexrelid)) THEN
    RAISE EXCEPTION USING ERRCODE = '0A000',
      MESSAGE = 'unsupported mode. please use CREATE INDEX ASYNC.';
  END IF;
END
$$;

DROP EVENT TRIGGER IF EXISTS dsql_job_mode_within;

CREATE EVENT TRIGGER dsql_job_mode_within ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA')
EXECUTE FUNCTION dsql_internal.job_mode_within();

DROP EVENT TRIGGER IF EXISTS dsql_job_of_index;

CREATE EVENT TRIGGER dsql_job_of_index ON ddl_command_end WHEN TAG IN ('CREATE INDEX')
EXECUTE FUNCTION dsql_internal.job_of_index();

DROP EVENT TRIGGER IF EXISTS dsql_job_of_validation;

CREATE EVENT TRIGGER dsql_job_of_validation ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
EXECUTE FUNCTION dsql_internal.job_of_validation();

DROP EVENT TRIGGER IF EXISTS dsql_job_of_drop;

CREATE EVENT TRIGGER dsql_job_of_drop ON sql_drop
WHEN TAG IN ('DROP TABLE', 'DROP INDEX', 'DROP SCHEMA')
EXECUTE FUNCTION dsql_internal.job_of_drop();

-- The cluster starts ANALYZE by itself. The service's threshold is unknown; here it is PostgreSQL's: 50
-- changed rows and a tenth of the table.

CREATE OR REPLACE FUNCTION dsql_internal.job_find_tables_to_analyze() RETURNS bigint
LANGUAGE sql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
  SELECT count(dsql_internal.job_submit('ANALYZE', c.oid, format('%I.%I', nspname, relname), c.oid,
    false, NULL))
  FROM dsql_internal.pg_class c JOIN dsql_internal.pg_namespace n ON n.oid = relnamespace
  WHERE relkind = 'r' AND relpersistence = 'p'
    AND nspname NOT IN ('pg_catalog', 'information_schema', 'sys', 'dsql_internal')
    AND pg_stat_get_mod_since_analyze(c.oid) > 50 + 0.1 * greatest(reltuples, 0)
    AND NOT EXISTS (SELECT FROM dsql_internal.jobs
      WHERE job_type = 'ANALYZE' AND object_id = c.oid AND status IN ('submitted', 'processing'))
$$;

-- ---- their work

-- Both texts were seen for jobs whose table was gone; the conditions of each are unknown.

CREATE OR REPLACE FUNCTION dsql_internal.job_nothing_left(job dsql_internal.jobs) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN EXISTS (SELECT FROM dsql_internal.pg_class WHERE oid = job.table_id)
    THEN pg_catalog.format('relation "%s" does not exist', job.object_name)
    ELSE 'Skipped job for nonexistent table.' END
$$;

-- A job does its work with the rights of the table's owner, not with ours: whatever the expressions of its indexes,
-- constraints and statistics call, and whatever PostgreSQL evaluates when it plans.

CREATE OR REPLACE FUNCTION dsql_internal.job_act_for_owner(relation oid) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM dsql_internal.set_config('role',
    (SELECT rolname FROM dsql_internal.pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE dsql_internal.pg_class.oid = relation), true);
END
$$;

-- Makes an index valid. Writers wait for this moment, readers do not. Until now nothing kept duplicates out;
-- sources disagree on whether the service does while it builds. An index with duplicates stays invalid, but
-- lets no further ones in.

CREATE OR REPLACE FUNCTION dsql_internal.job_build_index(
  job dsql_internal.jobs, OUT status text, OUT details text)
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  entry dsql_internal.pg_index;
  key_list text;
  name_list text;
  condition text;
  has_duplicates boolean := false;
BEGIN
  status := 'completed';
  IF EXISTS (SELECT FROM dsql_internal.pg_index WHERE indexrelid = job.object_id) THEN
    EXECUTE format('LOCK TABLE ONLY %s IN SHARE MODE', job.table_id::regclass);
  END IF;
  SELECT * INTO entry FROM dsql_internal.pg_index WHERE indexrelid = job.object_id;
  IF NOT FOUND THEN
    details := dsql_internal.job_nothing_left(job);
    RETURN;
  END IF;
  IF job.is_unique THEN
    SELECT string_agg(format('(%s) AS k%s', pg_get_indexdef(entry.indexrelid, n, false), n), ', '),
      string_agg('k' || n, ', '),
      CASE WHEN entry.indnullsnotdistinct THEN 'true'
        ELSE string_agg(format('k%s IS NOT NULL', n), ' AND ') END
    INTO key_list, name_list, condition
    FROM generate_series(1, entry.indnkeyatts) AS n;
    key_list := format('SELECT EXISTS (SELECT FROM (SELECT %s FROM ONLY %s WHERE %s) AS keys'
      ' WHERE %s GROUP BY %s HAVING count(*) > 1)', key_list, entry.indrelid::regclass,
      coalesce(pg_get_expr(entry.indpred, entry.indrelid), 'true'), condition, name_list);
    -- Bodies of functions may rely on it.
    PERFORM dsql_internal.set_config('search_path', 'public', true);
    PERFORM dsql_internal.job_act_for_owner(entry.indrelid);
    EXECUTE key_list INTO has_duplicates;
    -- A client's function may have left a search path behind.
    SET LOCAL ROLE NONE;
    SET LOCAL search_path = dsql_internal, pg_catalog, pg_temp;
    UPDATE dsql_internal.pg_index SET indisunique = true WHERE indexrelid = entry.indexrelid;
    PERFORM dsql_internal.limit_keys_of(entry.indrelid);
    -- Makes sessions learn anew which columns are keys. No other session ever changes this row.
    UPDATE dsql_internal.pg_attribute SET attname = attname WHERE attrelid = entry.indrelid AND attnum = -1;
  END IF;
  IF has_duplicates THEN
    status := 'failed';
    details := 'Found duplicate key while validating index for UCVs';
  ELSE
    UPDATE dsql_internal.pg_index SET indisvalid = true WHERE indexrelid = entry.indexrelid;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION dsql_internal.job_validate(
  job dsql_internal.jobs, OUT status text, OUT details text)
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  command text := format('ALTER TABLE %s VALIDATE CONSTRAINT %I',
    job.table_id::regclass, job.constraint_name);
BEGIN
  status := 'completed';
  PERFORM dsql_internal.set_config('search_path', 'public', true);
  PERFORM dsql_internal.job_act_for_owner(job.table_id);
  EXECUTE command;
  SET LOCAL ROLE NONE;
  SET LOCAL search_path = dsql_internal, pg_catalog, pg_temp;
EXCEPTION
  WHEN check_violation THEN
    status := 'failed';
    details := format('check constraint "%s" is violated by some row', job.constraint_name);
  WHEN undefined_object THEN
    details := SQLERRM; -- dropped meanwhile; what the service says is unknown
END
$$;

-- Does the work of a job. Returns false if it has to be tried again because another session was in the way.

CREATE OR REPLACE FUNCTION dsql_internal.job_run(id text, at_time timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$
DECLARE
  job dsql_internal.jobs;
  end_status text := 'completed';
  end_details text;
BEGIN
  SELECT * INTO job FROM dsql_internal.jobs
  WHERE job_id = id AND status IN ('submitted', 'processing');
  IF NOT FOUND THEN
    RETURN true;
  END IF;
  BEGIN
    IF job.job_type = 'DROP' THEN
      NULL; -- PostgreSQL has done it
    ELSIF NOT EXISTS (SELECT FROM dsql_internal.pg_class WHERE oid = job.table_id) THEN
      end_details := dsql_internal.job_nothing_left(job);
    ELSIF job.job_type = 'INDEX_BUILD' THEN
      SELECT * INTO end_status, end_details FROM dsql_internal.job_build_index(job);
      SET LOCAL search_path = dsql_internal, pg_catalog, pg_temp;
    ELSIF job.job_type = 'VALIDATE_CONSTRAINT' THEN
      SELECT * INTO end_status, end_details FROM dsql_internal.job_validate(job);
      SET LOCAL search_path = dsql_internal, pg_catalog, pg_temp;
    ELSE
      EXECUTE format('ANALYZE %s', job.table_id::regclass);
    END IF;
  EXCEPTION
    WHEN lock_not_available OR deadlock_detected OR serialization_failure OR query_canceled THEN
      RETURN false;
    WHEN OTHERS THEN
      -- Dropped between two looks, so that only its number was left; if not, the mistake is in a client's function.
      IF SQLSTATE IN ('42601', '42P01') AND NOT EXISTS (
          SELECT FROM dsql_internal.pg_class
          WHERE oid = CASE job.job_type WHEN 'INDEX_BUILD' THEN job.object_id ELSE job.table_id END) THEN
        RETURN false;
      END IF;
      IF SQLERRM LIKE 'tuple concurrently %' OR SQLERRM LIKE 'could not open relation %' THEN
        RETURN false;
      END IF;
      end_status := 'failed';
      end_details := SQLERRM;
  END;
  UPDATE dsql_internal.jobs SET status = end_status, details = end_details, update_time = at_time
  WHERE job_id = id;
  RETURN true;
END
$$;

-- ---- waiting for them

CREATE OR REPLACE FUNCTION dsql_internal.job_status(id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = dsql_internal, pg_catalog, pg_temp
AS $$ SELECT status FROM dsql_internal.jobs WHERE job_id = id $$;

-- It holds nothing while it waits. No source knows the result for a job that never was, or is no longer
-- listed; here it is false, as for every job without a known success.

CREATE OR REPLACE PROCEDURE sys.wait_for_job(job_id text, INOUT succeeded boolean DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
  state text;
BEGIN
  IF job_id IS NULL OR job_id !~ '^[a-z2-7]{26}$' THEN
    RAISE EXCEPTION USING ERRCODE = '22P02', MESSAGE = 'Unable to convert text to UUID';
  END IF;
  LOOP
    COMMIT; -- the next look has to see later commits
    state := dsql_internal.job_status(job_id);
    IF state IS NULL OR state NOT IN ('submitted', 'processing') THEN
      succeeded := coalesce(state, '') = 'completed';
      RETURN;
    END IF;
    PERFORM pg_catalog.pg_sleep(0.02);
  END LOOP;
END
$$;
