package io.github.dsqljava.spi.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes the connections of a pool. No method blocks. They are called by many threads,
 * and, but for {@link #suits}, never under a lock of the pool.
 *
 * @param <C> what a connection is
 */
public interface ConnectionSource<C> {

  /**
   * Opens a physical connection.
   *
   * @param preference what the acquire that caused this asked for, such as an event loop; null if
   *     nobody in particular caused it
   * @param lost to be run when the connection ends without {@link #close} having been called, from
   *     any thread, as soon as that is known; once or several times
   * @return the connection, or why there is none; in bounded time, for the pool sets no deadline of
   *     its own
   */
  CompletionStage<C> open(@Nullable Object preference, Runnable lost);

  /**
   * Whether a connection fits what an acquire prefers. A connection that does not is second best.
   * Called under the pool's lock: it is quick and does not use the pool.
   */
  default boolean suits(C connection, Object preference) {
    return true;
  }

  /**
   * Asks whether a connection that nobody uses is still of use. By default it is.
   *
   * @return completes when it is, and fails when it is not, in bounded time
   */
  default CompletionStage<Void> check(C connection) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Closes a connection that nobody uses, or that is lost already.
   *
   * @return completes when it is closed, in bounded time; the pool waits for it only when it is
   *     being closed itself
   */
  CompletionStage<Void> close(C connection);

  /** Closes a connection that somebody uses, or that is lost: what it is doing fails. */
  CompletionStage<Void> abort(C connection);

  /** What the pool is to do about a failure of {@link #open}. */
  default ConnectFailureKind kindOf(Throwable failure) {
    return ConnectFailureKind.of(failure);
  }
}
