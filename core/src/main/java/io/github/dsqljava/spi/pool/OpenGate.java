package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.spi.FullJitter;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a pool may open its next connection: not during a pause after failures, one at a time until
 * one succeeds again, and no faster than the rate. Guarded by the pool's lock.
 */
final class OpenGate {

  /** The answer that the end of an attempt under way is to be awaited. */
  static final long NOT_BEFORE_THE_NEXT_OUTCOME = -1;

  private final FullJitter backoff;
  private final ConnectRate rate;
  private final RandomGenerator random;

  /** Failures since a success; those side by side count as one. */
  private int failures;

  private boolean pausing;
  private long pauseEnds;

  /** A place in the rate is kept for this pool, so that other pools do not overtake it. */
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
   * @param opening how many attempts are under way
   * @return 0 if it may be opened now; how many nanoseconds it is until it is worth asking again;
   *     or {@link #NOT_BEFORE_THE_NEXT_OUTCOME}
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

  /** Asks for another attempt in place of one that has passed; the nanoseconds until it may be. */
  long passAgain(long now) {
    return rate.reserve(now);
  }

  /** Nobody asks any more. */
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
   * An attempt has failed. Attempts that ran side by side and failed together count once.
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
