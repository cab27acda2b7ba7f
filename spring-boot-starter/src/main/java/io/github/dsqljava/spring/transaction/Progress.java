package io.github.dsqljava.spring.transaction;

/** The progress of an attempt's transaction, as far as its transaction manager reports it. */
enum Progress {
  /** The manager reports nothing, or has begun nothing. */
  UNKNOWN,
  /** BEGIN has succeeded. */
  BEGUN,
  /** BEGIN has succeeded, and the server has refused the COMMIT of a transaction inside. */
  REFUSED_INSIDE,
  /** COMMIT was requested, and has not succeeded. */
  COMMITTING,
  /** It is in the database; later failures do not change that. */
  COMMITTED
}
