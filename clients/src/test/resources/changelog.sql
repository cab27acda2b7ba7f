--liquibase formatted sql

--changeset tests:1
CREATE TABLE liquibase_items (id int PRIMARY KEY, name text);

--changeset tests:2
CREATE INDEX ASYNC liquibase_items_name ON liquibase_items (name);

--changeset tests:3
ALTER TABLE liquibase_items ADD COLUMN more int;
