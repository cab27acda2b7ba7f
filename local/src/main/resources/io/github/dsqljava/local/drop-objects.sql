-- Drops what programs have made since a moment: everything with an oid above it that does not belong to dsql-local. Oids
-- only grow. One at a time, because CASCADE may have dropped the next one already.
DO $drop$
DECLARE
  mark oid := ${mark};
  command text;
  made record;
BEGIN
  SET LOCAL lock_timeout = '5s';
  LOOP
    SELECT text INTO command FROM (
      SELECT format('DROP SCHEMA %I CASCADE', n.nspname) AS text
      FROM dsql_internal.pg_namespace n
      WHERE n.oid > mark AND n.nspowner <> current_user::regrole
      UNION ALL
      SELECT format('DROP %s %s CASCADE',
                    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END,
                    c.oid::regclass)
      FROM dsql_internal.pg_class c
      WHERE c.oid > mark AND c.relkind IN ('r', 'v', 'S', 'i') AND c.relowner <> current_user::regrole
        AND c.relpersistence <> 't'
        -- Neither a sequence of a column nor the index of a constraint: they go with those.
        AND NOT EXISTS (
          SELECT FROM dsql_internal.pg_depend d
          WHERE d.classid = 'dsql_internal.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
      UNION ALL
      SELECT format('DROP ROUTINE %s CASCADE', p.oid::regprocedure)
      FROM dsql_internal.pg_proc p
      WHERE p.oid > mark AND p.proowner <> current_user::regrole
      UNION ALL
      SELECT format('DROP TYPE %s CASCADE', t.oid::regtype)
      FROM dsql_internal.pg_type t
      WHERE t.oid > mark AND t.typtype IN ('d', 'e') AND t.typowner <> current_user::regrole
    ) made_since
    LIMIT 1;
    EXIT WHEN NOT FOUND;
    EXECUTE command;
  END LOOP;
  FOR made IN SELECT r.oid, r.rolname FROM pg_catalog.pg_roles r WHERE r.oid > mark LOOP
    DELETE FROM dsql_internal.iam_role_mapping m WHERE m.role_oid = made.oid;
    EXECUTE format('DROP OWNED BY %I CASCADE', made.rolname);
    EXECUTE format('DROP ROLE %I', made.rolname);
  END LOOP;
END
$drop$
