package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * The host name has no address. For a real cluster that is nearly always a typing error in the
 * cluster id or the region, a deleted cluster, or a machine without working DNS.
 *
 * <pre>{@code
 * connector.connect().onFailure(failure -> {
 *   if (failure instanceof HostUnknownException) {
 *     log("check CLUSTER_ENDPOINT: " + failure.getMessage());
 *   }
 * });
 * }</pre>
 */
public final class HostUnknownException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by an adapter when a login fails.
   *
   * @param message the event, its place and the remedy
   * @param cause the failure of the driver or the SDK, or null
   */
  public HostUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
