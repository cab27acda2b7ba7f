package io.github.dsqljava.local.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A row of {@code dsql_internal.jobs}.
 *
 * @param status as {@code sys.jobs} shows it
 * @param start when it was submitted, by the cluster's clock
 * @param update when its status changed last, by the cluster's clock
 */
record Job(String id, String status, Instant start, Instant update) {
  /** What {@link #of} takes; times as milliseconds. */
  static final String QUERY =
      "SELECT job_id, status, floor(extract(epoch FROM start_time) * 1000)::bigint,"
          + " floor(extract(epoch FROM update_time) * 1000)::bigint"
          + " FROM dsql_internal.jobs WHERE start_time IS NOT NULL ORDER BY number";

  static Job of(List<String> row) {
    return new Job(row.get(0), row.get(1), instant(row.get(2)), instant(row.get(3)));
  }

  private static Instant instant(String millis) {
    return Instant.ofEpochMilli(Long.parseLong(millis));
  }

  boolean isSubmitted() {
    return status.equals("submitted");
  }

  boolean isOpen() {
    return isSubmitted() || status.equals("processing");
  }

  /** Whether it was submitted so long ago. */
  boolean isOlderThan(Duration age, Instant now) {
    return !now.isBefore(start.plus(age));
  }

  /** Whether it has been finished for so long. */
  boolean isFinishedFor(Duration age, Instant now) {
    return !isOpen() && !now.isBefore(update.plus(age));
  }
}
