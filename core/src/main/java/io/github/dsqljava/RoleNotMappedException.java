package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * A user other than {@code admin} was refused without a reason, which most often means that nobody
 * has run {@code AWS IAM GRANT} for this role and IAM identity. The service does not tell this case
 * from a wrong region or wrong credentials, so the message names those too.
 *
 * <pre>{@code
 * if (failure instanceof RoleNotMappedException) {
 *   log("as admin: AWS IAM GRANT app TO 'arn:aws:iam::111122223333:role/app'");
 * }
 * }</pre>
 */
public final class RoleNotMappedException extends AccessDeniedException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by an adapter when a login fails.
   *
   * @param message the event, its place and the remedy
   * @param sqlState the server's SQLSTATE
   * @param hint the server's own reason, or null when it gave none
   * @param cause the failure of the driver or the SDK, or null
   */
  public RoleNotMappedException(
      String message, String sqlState, @Nullable String hint, @Nullable Throwable cause) {
    super(message, sqlState, hint, cause);
  }
}
