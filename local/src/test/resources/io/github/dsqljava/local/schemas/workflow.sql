-- A workflow engine: queues, history, leases, deduplication by keys over several columns.

CREATE SCHEMA flow;
CREATE SEQUENCE flow.event_number CACHE 65536;

CREATE TABLE flow.definition (
  name varchar(120) NOT NULL,
  version integer NOT NULL,
  steps json NOT NULL,
  active boolean NOT NULL DEFAULT true,
  PRIMARY KEY (name, version)
);

CREATE TABLE flow.run (
  run_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  definition varchar(120) NOT NULL,
  version integer NOT NULL,
  business_key varchar(200),
  state varchar(12) NOT NULL DEFAULT 'waiting',
  input jsonb,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  FOREIGN KEY (definition, version) REFERENCES flow.definition (name, version),
  CONSTRAINT run_key UNIQUE NULLS NOT DISTINCT (definition, business_key, ended_at),
  CONSTRAINT run_order CHECK (ended_at IS NULL OR ended_at >= started_at)
);

CREATE TABLE flow.task (
  run_id uuid NOT NULL REFERENCES flow.run ON DELETE CASCADE,
  number integer NOT NULL,
  kind varchar(40) NOT NULL,
  attempt smallint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  leased_by text,
  leased_until timestamptz,
  timeout interval NOT NULL DEFAULT '5 minutes',
  payload bytea,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX ASYNC task_due ON flow.task (due_at, kind) WHERE leased_by IS NULL;
CREATE INDEX ASYNC task_lease ON flow.task (leased_until NULLS FIRST) INCLUDE (leased_by);

CREATE TABLE flow.event (
  number bigint DEFAULT nextval('flow.event_number') PRIMARY KEY,
  run_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  body jsonb NOT NULL
);
CREATE INDEX ASYNC event_run ON flow.event (run_id, at);

ALTER TABLE flow.task ADD COLUMN result jsonb, ADD COLUMN finished_at timestamptz;
ALTER TABLE flow.task ADD CONSTRAINT task_attempts CHECK (attempt < 100) NOT VALID;
ALTER TABLE ASYNC flow.task VALIDATE CONSTRAINT task_attempts;
ALTER TABLE flow.event ADD CONSTRAINT event_of_run FOREIGN KEY (run_id) REFERENCES flow.run NOT VALID;
ALTER TABLE flow.run RENAME COLUMN business_key TO dedup_key;
ALTER TABLE flow.run ALTER COLUMN state SET DEFAULT 'new';

CREATE FUNCTION flow.is_over(state text) RETURNS boolean
  LANGUAGE sql IMMUTABLE AS $$ SELECT state IN ('done', 'failed') $$;
CREATE VIEW flow.next_task AS
  SELECT t.* FROM flow.task t JOIN flow.run r USING (run_id)
  WHERE NOT flow.is_over(r.state) AND t.leased_by IS NULL;
CREATE STATISTICS flow.task_kind ON kind, attempt FROM flow.task;

INSERT INTO flow.definition VALUES ('order', 1, '["a", "b"]');
INSERT INTO flow.run (definition, version, dedup_key) VALUES ('order', 1, 'o-1');
