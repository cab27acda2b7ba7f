package io.github.dsqljava.pool;

import io.github.dsqljava.internal.Options;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The health of a pool by its own state, without contact with the server, and the reason if it is
 * not ready. Immutable.
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

  /** The health of a pool that is ready. */
  public static PoolHealth ready() {
    return new PoolHealth(new Values("", Optional.empty()));
  }

  /**
   * The health of a pool that is not ready.
   *
   * @param reason a sentence
   * @param lastFailure the failure of the last attempt to open a connection, if that is the reason
   */
  public static PoolHealth notReady(String reason, @Nullable Throwable lastFailure) {
    return new PoolHealth(new Values(reason, Optional.ofNullable(lastFailure)));
  }

  /**
   * Whether the pool is open, has its minimum of connections, and its last attempt to open a
   * connection succeeded. An unused pool with a minimum of 0 is ready, because it has met no
   * failure.
   */
  public boolean isReady() {
    return values.reason.isEmpty();
  }

  /** The reason why it is not ready, as a sentence; empty if it is ready. */
  public String reason() {
    return values.reason;
  }

  /** The last failure to open a connection, if that is the reason. */
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
