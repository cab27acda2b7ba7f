package io.github.dsqljava.local.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A row of {@code dsql_internal.jobs} that is not finished.
 *
 * @param isProcessing whether its status in {@code sys.jobs} is processing; otherwise it is
 *     submitted
 * @param start the time of its submission, by the cluster's clock
 */
record Job(String id, boolean isProcessing, Instant start) {
  /** Selects the rows for {@link #of}, in the order of their submission. */
  static final String QUERY =
      "SELECT job_id, status = 'processing', floor(extract(epoch FROM start_time) * 1000)::bigint"
          + " FROM dsql_internal.jobs"
          + " WHERE status IN ('submitted', 'processing') AND start_time IS NOT NULL"
          + " ORDER BY created, job_id";

  static Job of(List<String> row) {
    return new Job(
        row.get(0), row.get(1).equals("t"), Instant.ofEpochMilli(Long.parseLong(row.get(2))));
  }

  /** Whether it was submitted at least that long ago. */
  boolean isOlderThan(Duration age, Instant now) {
    return !now.isBefore(start.plus(age));
  }
}
