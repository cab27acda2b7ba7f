package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * No usable AWS credentials: the provider failed, answered too late, gave nothing, or gave
 * credentials that have expired. The cause is what the provider threw, if it threw.
 *
 * <pre>{@code
 * tokens.token().exceptionally(failure -> {
 *   log(failure.getCause()); // a CredentialsException, wrapped as CompletableFuture does
 *   return null;
 * });
 * }</pre>
 */
public final class CredentialsException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by an adapter when a login fails.
   *
   * @param message the event, its place and the remedy
   * @param cause the failure of the driver or the SDK, or null
   */
  public CredentialsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
