package io.github.dsqljava.benchmarks.hotrow;

import java.time.Duration;

/**
 * Who wants the row, and from how far.
 *
 * @param clients in all processes together; each begins anew as soon as it has ended
 * @param processes with a pool each; the clients are spread evenly
 * @param bystanders clients of other rows, in all pools together: nobody conflicts with them
 * @param roundTrip between client and server
 * @param work of the server between the snapshot and the answer to the statement
 * @param time how long it goes on
 * @param seed of all chance
 */
record Surroundings(
    int clients,
    int processes,
    int bystanders,
    Duration roundTrip,
    Duration work,
    Duration time,
    long seed) {

  /** Commits a second at best: one for each time from snapshot to COMMIT's arrival. */
  double bound() {
    return 1e9 / roundTrip.plus(work).toNanos();
  }
}
