package io.github.dsqljava.local.dialect;

/** What the words of a statement tell besides what it is, wherever in it they stand. */
public enum Trait {
  /** It has an explicit locking clause: {@code FOR UPDATE} and its like. */
  LOCKS_ROWS,
  /** It has the locking clause {@code FOR KEY SHARE}. */
  SHARES_KEYS,
  /** {@code INSERT}, {@code UPDATE}, {@code DELETE}, {@code COPY FROM}. */
  CHANGES_ROWS,
  /** {@code REFERENCES}. */
  MENTIONS_FOREIGN_KEYS,
  /** It sets something for the session or the transaction, which a rollback takes back. */
  SETS,
  /** PostgreSQL decides about its refusal: that depends on a setting. */
  REFUSED_BY_SETTING
}
