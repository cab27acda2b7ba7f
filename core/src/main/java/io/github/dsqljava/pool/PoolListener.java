package io.github.dsqljava.pool;

import io.github.dsqljava.RetryKind;
import java.time.Duration;

/**
 * Is told what a pool does. Every method does nothing unless overridden.
 *
 * <p>Methods are called outside the pool's lock by whatever thread caused the event, often an event
 * loop, several at a time: they must be quick, must not block, and must be thread-safe. What they
 * throw is logged and goes no further.
 */
public interface PoolListener {

  /** A listener that does nothing. */
  PoolListener NONE = new PoolListener() {};

  /** A connection was opened; it took so long, token, TLS and login included. */
  default void opened(Duration took) {}

  /** An attempt to open a connection failed. */
  default void openFailed(Throwable failure, Duration took) {}

  /** A connection was given up, at this age. */
  default void closed(CloseReason reason, Duration age) {}

  /** A caller got a connection; zero if it had not to wait. */
  default void acquired(Duration waited) {}

  /** A caller got none: deadline, full queue, closed pool, or a failure to connect. */
  default void acquireFailed(Throwable failure, Duration waited) {}

  /**
   * Somebody has had a connection for longer than {@link PoolPolicy#leakThreshold()}.
   *
   * @param held for how long
   * @param taken not thrown by anybody: its stack is that of the call that took the connection
   */
  default void heldTooLong(Duration held, Throwable taken) {}

  /** The pool opens no connection for a while, because of this failure. */
  default void backoff(Duration delay, Throwable failure) {}

  /**
   * A transaction is about to be run again.
   *
   * @param kind why
   * @param attempt the attempt that failed, from 1
   * @param delay the pause before the next one; zero if it waits for its turn in the pool's
   *     conflict lane, of which {@link #conflictTurn} tells
   * @param cause what it failed with
   */
  default void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {}

  /**
   * A transaction that lost a conflict has got its turn in the pool's conflict lane.
   *
   * @param waited since it lost
   */
  default void conflictTurn(Duration waited) {}
}
