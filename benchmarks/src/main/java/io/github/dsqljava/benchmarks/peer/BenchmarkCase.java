package io.github.dsqljava.benchmarks.peer;

import java.util.Arrays;
import java.util.Locale;

/** The cases of the benchmark. */
public enum BenchmarkCase {
  /** One caller opens a connection, reads a first row, and closes the connection. */
  CONNECT("Connect to first row", 1, 0),
  /** One row by its key, in autocommit. */
  POINT_SELECT("Point select", 64, 10),
  /** BEGIN, one UPDATE by key, COMMIT. */
  WRITE_TRANSACTION("Single-statement write transaction", 64, 10),
  /** Two SELECT, two UPDATE, one INSERT; none depends on the answer to another. */
  FIVE_STATEMENTS("Five-statement transaction, independent", 64, 10),
  /** The same five, each sent after the answer to the one before. */
  FIVE_DEPENDENT("Five-statement transaction, dependent", 64, 10),
  /** 100 rows inserted by a batch, in autocommit. */
  BATCH("100-row batch", 16, 10),
  /** 100 rows inserted by a batch, in a transaction. */
  BATCH_TRANSACTION("100-row batch in a transaction", 16, 10),
  /** All callers add one to the same row, and try again after a conflict. */
  HOT_ROW("Hot-row increments", 64, 64);

  private final String title;
  private final int callers;
  private final int connections;

  BenchmarkCase(String title, int callers, int connections) {
    this.title = title;
    this.callers = callers;
    this.connections = connections;
  }

  /** The title in reports. */
  public String title() {
    return title;
  }

  /** The number of concurrent callers. */
  public int callers() {
    return callers;
  }

  /** The number of connections in the pool; 0 without a pool. */
  public int connections() {
    return connections;
  }

  /** For options and file names, such as {@code point-select}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The case with this id. */
  public static BenchmarkCase ofId(String id) {
    return Arrays.stream(values())
        .filter(known -> known.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No case is called " + id));
  }
}
