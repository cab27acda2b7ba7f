package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.spi.FullJitter;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a pool may open its next connection. It allows none during a pause after failures,
 * then one at a time until one succeeds, and never more than the rate. Guarded by the pool's lock.
 */
final class OpenGate {

  /** An answer of {@link #pass}: wait for the end of a current attempt. */
  static final long NOT_BEFORE_THE_NEXT_OUTCOME = -1;

  private final FullJitter backoff;
  private final ConnectRate rate;
  private final RandomGenerator random;

  /** The number of failures since a success. Failures of parallel attempts count as one. */
  private int failures;

  private boolean pausing;
  private long pauseEnds;

  /** Whether this pool has reserved a place in the rate, so that other pools do not overtake it. */
  private boolean reserved;

  private long reservedFor;

  OpenGate(FullJitter backoff, ConnectRate rate, RandomGenerator random) {
    this.backoff = backoff;
    this.rate = rate;
    this.random = random;
  }

  /**
   * Asks for one connection.
   *
   * @param opening the number of current attempts
   * @return 0 if it may be opened now; else the nanoseconds until the next call makes sense, or
   *     {@link #NOT_BEFORE_THE_NEXT_OUTCOME}
   */
  long pass(long now, int opening) {
    if (pausing && now - pauseEnds < 0) {
      leave();
      return pauseEnds - now;
    }
    if (pausing && opening > 0) {
      leave();
      return NOT_BEFORE_THE_NEXT_OUTCOME;
    }
    if (!reserved) {
      reserved = true;
      reservedFor = now + rate.reserve(now);
    }
    if (now - reservedFor < 0) {
      return reservedFor - now;
    }
    reserved = false;
    return 0;
  }

  /**
   * Takes another place in the rate, for an attempt that repeats an admitted one. Returns the
   * nanoseconds until it may begin.
   */
  long passAgain(long now) {
    return rate.reserve(now);
  }

  /** Gives back a reserved place in the rate that is not needed now. */
  void leave() {
    if (reserved) {
      reserved = false;
      rate.giveBack();
    }
  }

  void succeeded() {
    failures = 0;
    pausing = false;
  }

  /**
   * An attempt has failed. Parallel attempts that fail together count once.
   *
   * @return the pause that begins now, or null if the failure was counted already
   */
  @Nullable Duration failed(long attemptBegun, long now) {
    if (pausing && attemptBegun - pauseEnds < 0) {
      return null;
    }
    failures++;
    pausing = true;
    Duration pause = backoff.pause(failures, random);
    pauseEnds = now + pause.toNanos();
    return pause;
  }
}
