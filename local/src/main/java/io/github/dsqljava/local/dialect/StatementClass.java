package io.github.dsqljava.local.dialect;

/** The purpose of a statement. */
public enum StatementClass {
  /** Reads: {@code SELECT}, {@code VALUES}, {@code TABLE}, {@code COPY TO}. */
  QUERY,
  /** Changes rows: {@code INSERT}, {@code COPY FROM}, and a query with one of them in its WITH. */
  DML,
  /** Changes the catalog: definitions, grants, comments. */
  DDL,
  /** Begins or ends a transaction, or a part of one. */
  TRANSACTION,
  /** {@code SET}, {@code RESET} and {@code SHOW}. */
  SETTING,
  /** Everything else that PostgreSQL knows. */
  UTILITY,
  /** Nothing that PostgreSQL knows; it will find a syntax error. */
  UNKNOWN
}
