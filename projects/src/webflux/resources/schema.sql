CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO counters VALUES ('visits', 0) ON CONFLICT DO NOTHING;
