package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.benchmarks.load.Starter;
import java.util.concurrent.atomic.LongAdder;

/**
 * A peer that is ready for a round: its pool is open and full.
 *
 * @param operation the work that each caller repeats
 * @param starter starts the callers
 * @param attempts counts the transactions begun, in the case that conflicts
 * @param pool closes the peer's pool after the round
 */
public record PeerRound(Operation operation, Starter starter, LongAdder attempts, Closing pool)
    implements AutoCloseable {

  /** Closes a pool. */
  @FunctionalInterface
  public interface Closing {
    /** Closes the pool; returns when its connections are closed. */
    void close();
  }

  /** Closes the pool; returns when its connections are closed. */
  @Override
  public void close() {
    pool.close();
  }
}
