package io.github.dsqljava.local.dialect;

/** Facts that single words of a statement give, wherever they stand in it. */
public enum Trait {
  /** It has an explicit locking clause: {@code FOR UPDATE} and its like. */
  LOCKS_ROWS,
  /** It has the locking clause {@code FOR KEY SHARE}. */
  SHARES_KEYS,
  /** {@code INSERT}, {@code UPDATE}, {@code DELETE}, {@code MERGE}, {@code COPY FROM}. */
  CHANGES_ROWS,
  /** {@code DO NOTHING} of {@code INSERT .. ON CONFLICT} or {@code MERGE}. */
  DOES_NOTHING,
  /** {@code REFERENCES}. */
  MENTIONS_FOREIGN_KEYS,
  /** {@code FUNCTION} or {@code PROCEDURE}. */
  MENTIONS_FUNCTIONS,
  /** It changes a setting of the session or the transaction, which a rollback undoes. */
  SETS,
  /** {@code set_config}, with which a query may change a setting, too. */
  MAY_SET,
  /** It shows a setting that PostgreSQL knows by another name. */
  SHOWS_RENAMED,
  /** PostgreSQL decides on its refusal, which depends on a setting. */
  REFUSED_BY_SETTING
}
