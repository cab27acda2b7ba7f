package io.github.dsqljava.local.conformance;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The findings of a run.
 *
 * @param endpoint as it was given
 * @param region empty if a password was used
 * @param server its {@code server_version}
 * @param kit version of dsql-local
 * @param incomplete the reason why the run did not reach its end; empty if it did
 */
record Report(
    String endpoint,
    String region,
    String user,
    String server,
    String kit,
    Instant begin,
    Duration took,
    int connections,
    String incomplete,
    List<RowResult> rows) {
  Report {
    rows = List.copyOf(rows);
  }

  int rows(String outcome) {
    return (int) rows.stream().filter(row -> row.outcome().equals(outcome)).count();
  }

  int compared() {
    return rows.stream().mapToInt(RowResult::compared).sum();
  }

  int different() {
    return rows.stream().mapToInt(RowResult::different).sum();
  }

  /** Returns the number of rows that differ although docs/fidelity.md calls them the same. */
  int unexpected() {
    return (int)
        rows.stream()
            .filter(row -> row.outcome().equals(RowResult.DIFFERS))
            .filter(row -> row.row().verdict().equals(RowResult.SAME))
            .count();
  }

  /** Returns the report in one or two lines. */
  String summary() {
    return "%d answers compared, %d same, %d not. Rows: %d same, %d differ (%d of them unexpectedly), %d not applicable.%s%n"
        .formatted(
            compared(),
            compared() - different(),
            different(),
            rows(RowResult.SAME),
            rows(RowResult.DIFFERS),
            unexpected(),
            rows(RowResult.NOT_APPLICABLE),
            incomplete.isEmpty() ? "" : " Incomplete: " + incomplete);
  }
}
