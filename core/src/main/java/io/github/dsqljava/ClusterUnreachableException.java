package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * The host name resolves, but no connection could be opened: refused, no route, no answer within
 * the connect timeout, or closed before the login was complete. {@link #phase()} tells the phase in
 * which it failed.
 *
 * <pre>{@code
 * if (failure instanceof ClusterUnreachableException unreachable) {
 *   retryLater(unreachable.phase());
 * }
 * }</pre>
 */
public final class ClusterUnreachableException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final ConnectPhase phase;

  /**
   * Made by an adapter when a login fails.
   *
   * @param message the event, its place and the remedy
   * @param phase the phase in which the connection failed
   * @param cause the failure of the driver or the SDK, or null
   */
  public ClusterUnreachableException(
      String message, ConnectPhase phase, @Nullable Throwable cause) {
    super(message, cause);
    this.phase = phase;
  }

  /**
   * The phase in which the attempt failed; {@link ConnectPhase#UNKNOWN} if the driver does not
   * tell.
   */
  public ConnectPhase phase() {
    return phase;
  }
}
