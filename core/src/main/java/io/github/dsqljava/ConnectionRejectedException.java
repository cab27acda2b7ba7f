package io.github.dsqljava;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server answered the login with an error that is not about the token: too many connections
 * (53300), connections opened too fast (53400), a cluster that is waking up, a startup parameter it
 * does not support (0A000), or anything else.
 *
 * <pre>{@code
 * if (failure instanceof ConnectionRejectedException rejected && rejected.sqlState().equals("53400")) {
 *   backOff();
 * }
 * }</pre>
 */
public final class ConnectionRejectedException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final String sqlState;
  private final boolean temporary;
  private final @Nullable String detail;
  private final @Nullable String hint;

  /**
   * Made by an adapter when a login fails.
   *
   * @param message the event, its place and the remedy
   * @param error the server's answer
   * @param cause the failure of the driver or the SDK, or null
   */
  public ConnectionRejectedException(String message, ServerError error, @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = error.sqlState();
    this.temporary =
        sqlState.equals("53300")
            || sqlState.equals("53400")
            || error.message().toLowerCase(Locale.ROOT).contains("waking up");
    this.detail = error.detail().orElse(null);
    this.hint = error.hint().orElse(null);
  }

  /** The server's SQLSTATE, five characters. */
  public String sqlState() {
    return sqlState;
  }

  /**
   * Whether the same attempt may succeed later: too many connections, too many new ones, or a
   * cluster that is waking up.
   */
  public boolean isTemporary() {
    return temporary;
  }

  /** The server's DETAIL field, if it sent one. */
  public Optional<String> detail() {
    return Optional.ofNullable(detail);
  }

  /** The server's HINT field, if it sent one. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }
}
