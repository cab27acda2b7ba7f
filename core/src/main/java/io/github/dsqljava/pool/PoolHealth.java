package io.github.dsqljava.pool;

import io.github.dsqljava.internal.Options;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pool can do its work, as far as it knows without asking anybody, and why not.
 * Immutable.
 *
 * <pre>{@code
 * PoolHealth health = pool.health();
 * response.setStatusCode(health.isReady() ? 200 : 503).end(health.reason());
 * }</pre>
 */
public final class PoolHealth {

  private record Values(String reason, Optional<Throwable> lastFailure) {}

  private final Values values;

  private PoolHealth(Values values) {
    this.values = values;
  }

  /** A pool with nothing to complain of. */
  public static PoolHealth ready() {
    return new PoolHealth(new Values("", Optional.empty()));
  }

  /**
   * A pool that is not ready.
   *
   * @param reason a sentence
   * @param lastFailure what the last attempt to open a connection failed with, if that is the
   *     reason
   */
  public static PoolHealth notReady(String reason, @Nullable Throwable lastFailure) {
    return new PoolHealth(new Values(reason, Optional.ofNullable(lastFailure)));
  }

  /**
   * Whether the pool is open, has its minimum of connections, and has opened a connection since it
   * last failed to. A pool with a minimum of 0 that nobody has used yet is ready: it knows of
   * nothing else.
   */
  public boolean isReady() {
    return values.reason.isEmpty();
  }

  /** Why it is not ready, as a sentence for people; empty if it is. */
  public String reason() {
    return values.reason;
  }

  /** The last failure to open a connection, if that is why it is not ready. */
  public Optional<Throwable> lastFailure() {
    return values.lastFailure;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PoolHealth that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All parts by name. */
  @Override
  public String toString() {
    return Options.text(PoolHealth.class, values);
  }
}
