-- A store of relations between objects and subjects, after the pattern of Zanzibar: tuples, namespaces, a log.

CREATE SCHEMA authz;

CREATE TABLE authz.namespace (
  name varchar(64) PRIMARY KEY,
  config text NOT NULL,
  created_xid bigint NOT NULL,
  deleted_xid bigint NOT NULL DEFAULT 9223372036854775807
);

CREATE TABLE authz.relation_tuple (
  namespace varchar(64) NOT NULL REFERENCES authz.namespace,
  object_id varchar(128) NOT NULL,
  relation varchar(64) NOT NULL,
  subject_namespace varchar(64) NOT NULL,
  subject_id varchar(128) NOT NULL,
  subject_relation varchar(64) NOT NULL DEFAULT '...',
  caveat_name varchar(128),
  caveat_context jsonb,
  created_xid bigint NOT NULL,
  deleted_xid bigint NOT NULL DEFAULT 9223372036854775807,
  expires_at timestamptz,
  PRIMARY KEY (namespace, object_id, relation, subject_namespace, subject_id, subject_relation, created_xid, deleted_xid)
);
CREATE UNIQUE INDEX ASYNC tuple_living ON authz.relation_tuple
  (namespace, object_id, relation, subject_namespace, subject_id, subject_relation)
  WHERE deleted_xid = 9223372036854775807;
CREATE INDEX ASYNC tuple_by_subject ON authz.relation_tuple
  (subject_id, subject_namespace, subject_relation, namespace, relation);
CREATE INDEX ASYNC tuple_expiry ON authz.relation_tuple (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE authz.transaction (
  xid bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  metadata jsonb
);
CREATE INDEX ASYNC transaction_at ON authz.transaction (at);

CREATE TABLE authz.attribute (
  entity text,
  attribute text,
  value json,
  CONSTRAINT attribute_key PRIMARY KEY (entity, attribute)
);

CREATE FUNCTION authz.can(subject text, relation text, object text) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT FROM authz.relation_tuple t WHERE t.subject_id = subject AND t.relation = can.relation
    AND t.object_id = object AND t.deleted_xid = 9223372036854775807);

CREATE VIEW authz.living AS
  WITH RECURSIVE member (object_id, subject_id) AS (
    SELECT object_id, subject_id FROM authz.relation_tuple WHERE relation = 'member'
    UNION
    SELECT t.object_id, m.subject_id FROM authz.relation_tuple t JOIN member m ON m.object_id = t.subject_id
  )
  SELECT * FROM member;

INSERT INTO authz.namespace (name, config, created_xid) VALUES ('doc', '', 1), ('group', '', 1);
INSERT INTO authz.relation_tuple (namespace, object_id, relation, subject_namespace, subject_id, created_xid)
  VALUES ('group', 'staff', 'member', 'user', 'ann', 1), ('doc', 'readme', 'viewer', 'group', 'staff', 1);
