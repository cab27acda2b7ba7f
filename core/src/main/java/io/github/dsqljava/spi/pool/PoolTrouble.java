package io.github.dsqljava.spi.pool;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Logs that a pool cannot connect: at once, then at most one line a minute, and one when it is
 * over. Guarded by the pool's lock.
 */
final class PoolTrouble {
  private static final Logger LOGGER = System.getLogger(AsyncPool.class.getPackageName());

  private static final long PAUSE = Duration.ofMinutes(1).toNanos();

  private final String name;
  private boolean troubled;
  private long since;
  private int failures;
  private boolean said;

  /** Whether a line was logged so far, and the time of the last one, over all troubles. */
  private boolean everSaid;

  private long saidAt;

  PoolTrouble(String name) {
    this.name = name;
  }

  void failed(Throwable failure, int waiting, long now, Effects effects) {
    if (!troubled) {
      troubled = true;
      since = now;
      failures = 0;
      said = false;
    }
    failures++;
    if (everSaid && now - saidAt < PAUSE) {
      return;
    }
    said = true;
    everSaid = true;
    saidAt = now;
    String line =
        "The pool has opened no connection to "
            + name
            + " for "
            + seconds(now - since)
            + " (failed attempts: "
            + failures
            + ", waiting callers: "
            + waiting
            + "), and goes on trying. The last failure: "
            + failure;
    effects.add(() -> LOGGER.log(Level.WARNING, line));
  }

  void succeeded(long now, Effects effects) {
    if (troubled && said) {
      String line =
          "The pool opens connections to "
              + name
              + " again, after "
              + seconds(now - since)
              + " (failed attempts: "
              + failures
              + ")";
      effects.add(() -> LOGGER.log(Level.WARNING, line));
    }
    troubled = false;
  }

  /** Returns a description of the trouble; empty if there is none. */
  String describe(long now) {
    return troubled
        ? "The pool has opened no connection to "
            + name
            + " for "
            + seconds(now - since)
            + " (failed attempts: "
            + failures
            + ")"
        : "";
  }

  private static String seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds() + " s";
  }
}
