package io.github.dsqljava.spring.transaction;

/** How far the transaction of an attempt has come, as far as its transaction manager says. */
enum Progress {
  /** The manager says nothing, or has begun nothing. */
  UNKNOWN,
  /** BEGIN has succeeded. */
  BEGUN,
  /** BEGIN has succeeded, and the server has refused the COMMIT of a transaction inside. */
  REFUSED_INSIDE,
  /** COMMIT was asked for, and has not succeeded. */
  COMMITTING,
  /** It is in the database, whatever fails behind it. */
  COMMITTED
}
