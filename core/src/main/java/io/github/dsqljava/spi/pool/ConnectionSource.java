package io.github.dsqljava.spi.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes the connections of a pool. No method blocks. Many threads call them, and, except
 * for {@link #suits}, never under a lock of the pool.
 *
 * @param <C> the type of connections
 */
public interface ConnectionSource<C> {

  /**
   * Opens a physical connection.
   *
   * @param preference the preference of the acquire that caused this, such as an event loop; null
   *     if no acquire did
   * @param lost the source runs it as soon as it knows that the connection has ended without a call
   *     of {@link #close}; from any thread, once or several times
   * @return the connection, or the failure; in bounded time, because the pool sets no deadline of
   *     its own
   */
  CompletionStage<C> open(@Nullable Object preference, Runnable lost);

  /**
   * Whether a connection fits the preference of an acquire. One that does not is second best.
   * Called under the pool's lock, so it must be quick and not use the pool.
   */
  default boolean suits(C connection, Object preference) {
    return true;
  }

  /**
   * Checks whether an unused connection is alive. By default it is.
   *
   * @return completes if it is, and fails if it is not, in bounded time
   */
  default CompletionStage<Void> check(C connection) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Closes an unused connection, or one that is lost already.
   *
   * @return completes when it is closed, in bounded time; the pool waits for it only when it is
   *     being closed itself
   */
  CompletionStage<Void> close(C connection);

  /** Cuts a connection that is in use, or lost: its current statements fail. */
  CompletionStage<Void> abort(C connection);

  /** Returns the kind of a failure of {@link #open}, which decides how the pool reacts. */
  default ConnectFailureKind kindOf(Throwable failure) {
    return ConnectFailureKind.of(failure);
  }
}
