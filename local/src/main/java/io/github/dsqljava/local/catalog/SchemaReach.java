package io.github.dsqljava.local.catalog;

/**
 * Which sessions are told that another one has changed the schema (SQLSTATE 40001, {@code OC001}).
 * Which of the two the service does is unknown: AWS's own sample, where load on one table meets a
 * change of another, shows the first; AWS's staff observed the second on 2026-10-01.
 */
public enum SchemaReach {
  /** All of the cluster, at the next statement or COMMIT that needs the catalog. */
  CLUSTER,
  /**
   * Only who uses a changed table, by its name in the text of both statements: a view over the
   * table, or a function that reads it, is not told.
   */
  CHANGED_TABLES
}
