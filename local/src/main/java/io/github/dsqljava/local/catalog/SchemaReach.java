package io.github.dsqljava.local.catalog;

/**
 * The sessions that get a schema conflict (SQLSTATE 40001, {@code OC001}) when another one has
 * changed the schema. The service's behaviour is unknown: AWS's own sample, where load on one table
 * meets a change of another, shows the first; AWS's staff observed the second on 2026-10-01.
 */
public enum SchemaReach {
  /** All of the cluster, at the next statement or COMMIT that needs the catalog. */
  CLUSTER,
  /**
   * Only those that use a changed table, by its name in the text of both statements. A use through
   * a view or a function does not count.
   */
  CHANGED_TABLES
}
