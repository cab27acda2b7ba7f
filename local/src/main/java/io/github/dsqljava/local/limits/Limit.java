package io.github.dsqljava.local.limits;

import java.util.Locale;

/**
 * A limit of a cluster, with the value that Aurora DSQL documents or was seen to have. Sources: the
 * Aurora DSQL User Guide, "Quotas" and "Database limits" (September 2026), and probes published by
 * AWS for its tools in October 2026 where those disagree.
 *
 * <p>A statement that exceeds one gets the service's SQLSTATE and text. If the text has a number,
 * it is the limit in force.
 */
public enum Limit {
  /** Connections that are open at once: SQLSTATE 53300 at login. PostgreSQL here takes fewer. */
  CONNECTIONS(10_000),
  /** New connections in a second, in the long run: SQLSTATE 53400 at login. */
  CONNECTIONS_PER_SECOND(100),
  /** New connections at once after a rest, with the rate of {@link #CONNECTIONS_PER_SECOND}. */
  CONNECTION_BURST(1_000),
  /** Bytes of one message of a client; a longer one closes the connection without an error. */
  MESSAGE_BYTES(10 << 20),
  /**
   * Rows that a transaction inserts, updates and deletes, cascades included: SQLSTATE 54000 at the
   * statement that exceeds it.
   */
  TRANSACTION_ROWS(3_000),
  /**
   * Bytes of all rows and index entries that a transaction writes: SQLSTATE 54000 at its COMMIT.
   */
  TRANSACTION_BYTES(10 << 20),
  /** Bytes of a row, with its values as they are stored. */
  ROW_BYTES(2 << 20),
  /** Bytes of a value in a column of a type without a length, as it is stored: compressed. */
  VALUE_BYTES(1 << 20),
  /**
   * Bytes of a row's primary key and its entry in another index together, less 7 for each column
   * after the first. Documented as 1 KiB each; the smaller one of the two totals was observed.
   */
  KEY_BYTES(1_981),
  /** Bytes that the columns of a key may have by their types. */
  DECLARED_KEY_BYTES(2_000),
  /**
   * Bytes of working space of a query: SQLSTATE 54000 as observed, 53200 as documented. Here only
   * PostgreSQL's temporary files count.
   */
  QUERY_TEMP_BYTES(128 << 20),
  /** Schemas besides {@code public} and {@code sys}. */
  SCHEMAS(10),
  /** Tables of the cluster. */
  TABLES(1_000),
  /** Views of the cluster. */
  VIEWS(5_000),
  /**
   * Bytes of the definition of a view as the catalog keeps it, some four times its text. Documented
   * as 2 MiB; measured by AWS's staff.
   */
  VIEW_BYTES(512 << 10),
  /** Sequences of the cluster. */
  SEQUENCES(5_000),
  /** Indexes of a table, those of its primary key and unique constraints included. */
  INDEXES_PER_TABLE(24),
  /** Columns of a key or an index. */
  KEY_COLUMNS(8),
  /** Columns of a table. */
  COLUMNS(255),
  /** Extended statistics of a table. */
  STATISTICS(5),
  /** Statistics target of a column or an extended statistics object. */
  STATISTICS_TARGET(100);

  private final long standard;

  Limit(long standard) {
    this.standard = standard;
  }

  /** Returns what the service allows. */
  public long standard() {
    return standard;
  }

  /** Returns the name in commands, such as {@code transaction-rows}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Returns the name of the setting by which PostgreSQL knows it; its value is {@link Limits#of}.
   */
  public String setting() {
    return "dsql.max_" + name().toLowerCase(Locale.ROOT);
  }
}
