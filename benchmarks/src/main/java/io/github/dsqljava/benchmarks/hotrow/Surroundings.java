package io.github.dsqljava.benchmarks.hotrow;

import java.time.Duration;

/**
 * The load on the row and the distance of the clients.
 *
 * @param clients in all processes together; each begins its next call as soon as one has ended
 * @param processes with a pool each; the clients are spread evenly
 * @param bystanders clients of other rows, in all pools together; they conflict with nobody
 * @param roundTrip between client and server
 * @param work of the server between the snapshot and the answer to the statement
 * @param time the duration, in virtual time
 * @param seed of all random numbers
 */
record Surroundings(
    int clients,
    int processes,
    int bystanders,
    Duration roundTrip,
    Duration work,
    Duration time,
    long seed) {

  /**
   * The upper bound of commits a second: one in each time from a snapshot to its COMMIT's arrival.
   */
  double bound() {
    return 1e9 / roundTrip.plus(work).toNanos();
  }
}
