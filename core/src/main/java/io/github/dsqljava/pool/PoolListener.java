package io.github.dsqljava.pool;

import io.github.dsqljava.RetryKind;
import java.time.Duration;

/**
 * Receives the events of a pool. Every method does nothing unless overridden.
 *
 * <p>The pool calls the methods outside its lock, on the thread that caused the event, often an
 * event loop. Calls may overlap. So the methods must be quick and thread-safe, and must not block.
 * Their exceptions are logged and not passed on.
 */
public interface PoolListener {

  /** A listener that does nothing. */
  PoolListener NONE = new PoolListener() {};

  /** A connection was opened. The time includes token, TLS and login. */
  default void opened(Duration took) {}

  /** An attempt to open a connection failed. */
  default void openFailed(Throwable failure, Duration took) {}

  /** A connection was given up, at this age. */
  default void closed(CloseReason reason, Duration age) {}

  /** A caller got a connection after this time; zero if it did not wait. */
  default void acquired(Duration waited) {}

  /** A caller got none: deadline, full queue, closed pool, or a failure to connect. */
  default void acquireFailed(Throwable failure, Duration waited) {}

  /**
   * A caller has held a connection for longer than {@link PoolPolicy#leakThreshold()}.
   *
   * @param held the time that the caller has held it
   * @param taken an exception that was never thrown, with the stack of the call that took the
   *     connection
   */
  default void heldTooLong(Duration held, Throwable taken) {}

  /** The pool opens no connection for a while, because of this failure. */
  default void backoff(Duration delay, Throwable failure) {}

  /**
   * A transaction is about to run again.
   *
   * @param kind the reason
   * @param attempt the attempt that failed, from 1
   * @param delay the pause before the next one; zero if it waits for its turn in the pool's
   *     conflict lane, of which {@link #conflictTurn} tells
   * @param cause the failure of that attempt
   */
  default void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {}

  /**
   * A transaction that lost a conflict has got its turn in the pool's conflict lane.
   *
   * @param waited the time since it lost
   */
  default void conflictTurn(Duration waited) {}
}
