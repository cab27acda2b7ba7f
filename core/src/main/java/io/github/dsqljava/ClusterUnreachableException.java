package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * The name is known, but no connection came about: refused, no route, no answer within the connect
 * timeout, or closed before the login was through. {@link #phase()} says how far it got.
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
   * @param message what happened, where, and what to do
   * @param phase how far the connection had come
   * @param cause what the driver or the SDK reported, or null
   */
  public ClusterUnreachableException(
      String message, ConnectPhase phase, @Nullable Throwable cause) {
    super(message, cause);
    this.phase = phase;
  }

  /** How far the attempt got; {@link ConnectPhase#UNKNOWN} when the driver does not tell. */
  public ConnectPhase phase() {
    return phase;
  }
}
