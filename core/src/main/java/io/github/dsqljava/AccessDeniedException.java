package io.github.dsqljava;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cluster refused the token. Aurora DSQL answers {@code unable to accept connection, access
 * denied} and states a reason, if any, only in the HINT field. {@link #hint()} returns it, and the
 * message translates it into a remedy.
 *
 * <pre>{@code
 * if (failure instanceof AccessDeniedException denied) {
 *   log(denied.sqlState() + " " + denied.hint().orElse("no reason given"));
 * }
 * }</pre>
 */
public sealed class AccessDeniedException extends DsqlException permits RoleNotMappedException {

  private static final long serialVersionUID = 1L;

  private final String sqlState;
  private final @Nullable String hint;

  /**
   * Made by an adapter when a login fails.
   *
   * @param message the event, its place and the remedy
   * @param sqlState the server's SQLSTATE
   * @param hint the server's own reason, or null when it gave none
   * @param cause the failure of the driver or the SDK, or null
   */
  public AccessDeniedException(
      String message, String sqlState, @Nullable String hint, @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
    this.hint = hint;
  }

  /**
   * The server's SQLSTATE: usually {@code 08006}, sometimes {@code 28000}; a stock PostgreSQL says
   * {@code 28P01}.
   */
  public String sqlState() {
    return sqlState;
  }

  /**
   * Whether the token was refused because it had expired, or because this machine's clock is wrong.
   * Only after this refusal AWS advises another attempt, once, with a fresh token.
   */
  public boolean isTokenExpired() {
    return hint != null && hint.toLowerCase(Locale.ROOT).contains("signature expired");
  }

  /** The server's own reason, or empty when it gave none. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }
}
