package io.github.dsqljava;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An ErrorResponse of the server, without the driver's exception around it. Fields and their
 * meaning are those of PostgreSQL's protocol, chapter "Error and Notice Message Fields".
 *
 * <pre>{@code
 * ServerError error = ServerError.of("FATAL", "08006", "unable to accept connection, access denied",
 *     null, "Signature expired: ...");
 * DsqlException failure = ConnectFailures.of(config).from(error, cause);
 * }</pre>
 *
 * @param severity {@code ERROR}, {@code FATAL} or {@code PANIC}; empty when the server sent none
 * @param sqlState the five-character code; empty when the server sent none
 * @param message the primary message; empty when the server sent none
 * @param detail more about the problem, if sent
 * @param hint a remedy, if sent; Aurora DSQL puts the reason of a refused login here
 */
public record ServerError(
    String severity,
    String sqlState,
    String message,
    Optional<String> detail,
    Optional<String> hint) {

  /** Makes an error from fields as a driver has them, where a field that was not sent is null. */
  public static ServerError of(
      @Nullable String severity,
      @Nullable String sqlState,
      @Nullable String message,
      @Nullable String detail,
      @Nullable String hint) {
    return new ServerError(
        orEmpty(severity),
        orEmpty(sqlState),
        orEmpty(message),
        Optional.ofNullable(detail),
        Optional.ofNullable(hint));
  }

  /** Whether the server ends the connection with it. */
  public boolean isFatal() {
    return severity.equals("FATAL") || severity.equals("PANIC");
  }

  private static String orEmpty(@Nullable String field) {
    return field == null ? "" : field;
  }

  /** Message, SQLSTATE, DETAIL and HINT in one line. */
  @Override
  public String toString() {
    return message
        + " ("
        + (sqlState.isEmpty() ? "no SQLSTATE" : sqlState)
        + ")"
        + detail.map(text -> "; DETAIL: " + text).orElse("")
        + hint.map(text -> "; HINT: " + text).orElse("");
  }
}
