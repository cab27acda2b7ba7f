package io.github.dsqljava.local.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Decides whether a connection may be opened now. Thread-safe.
 *
 * <p>A bucket holds {@link Limit#CONNECTION_BURST} admissions and gets {@link
 * Limit#CONNECTIONS_PER_SECOND} new ones in a second, which is how the service documents its rate.
 */
public final class Admission {
  /** The verdict on a login. */
  public enum Verdict {
    /** The connection counts as open until {@link #left}. */
    ADMITTED,
    /** The maximum number of connections is open. */
    TOO_MANY,
    /** Too many were opened in the last moments. */
    TOO_FAST
  }

  private final Limits limits;
  private final InstantSource clock;
  private double tokens;
  private Instant filled;
  private long open;

  /** Starts with a full bucket. */
  public Admission(Limits limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
    this.tokens = limits.of(Limit.CONNECTION_BURST);
    this.filled = clock.instant();
  }

  /** Asks for one connection. */
  public synchronized Verdict enter() {
    Instant now = clock.instant();
    double seconds = Math.max(0, Duration.between(filled, now).toNanos() / 1e9);
    filled = now;
    tokens =
        Math.min(
            limits.of(Limit.CONNECTION_BURST),
            tokens + seconds * limits.of(Limit.CONNECTIONS_PER_SECOND));
    if (tokens < 1) {
      return Verdict.TOO_FAST;
    }
    if (open >= limits.of(Limit.CONNECTIONS)) {
      return Verdict.TOO_MANY;
    }
    tokens--;
    open++;
    return Verdict.ADMITTED;
  }

  /** Notes that an admitted connection is closed. */
  public synchronized void left() {
    open--;
  }
}
