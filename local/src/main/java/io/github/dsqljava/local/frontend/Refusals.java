package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.protocol.ErrorMessage;
import java.util.Optional;

/**
 * Every answer that ends a login, in one table.
 *
 * <p>The texts are the reference's where it has one. Where it has no SQLSTATE, the nearest case
 * gives one, as the comments say.
 */
public final class Refusals {
  /** Two driver logs of "access denied" show this SQLSTATE. */
  private static final String CONNECTION_FAILURE = "08006";

  private static final String PROTOCOL_VIOLATION = "08P01";
  private static final String FEATURE_NOT_SUPPORTED = "0A000";

  private Refusals() {}

  /** The token or its principal does not allow the login. */
  public static ErrorMessage accessDenied(Optional<String> hint) {
    return ErrorMessage.fatal(
        CONNECTION_FAILURE, "unable to accept connection, access denied", hint);
  }

  /**
   * SQLSTATE inferred.
   *
   * @param hint ours; none is known of the service
   */
  static ErrorMessage noServerName(String hint) {
    return ErrorMessage.fatal(
        CONNECTION_FAILURE, "unable to accept connection, sni was not received", Optional.of(hint));
  }

  /** SQLSTATE inferred. */
  static ErrorMessage invalidServerName() {
    return ErrorMessage.fatal(CONNECTION_FAILURE, "unable to accept connection, invalid sni");
  }

  /** Text and SQLSTATE inferred; it is only known that the answer mentions mandatory SSL. */
  static ErrorMessage plaintext() {
    return ErrorMessage.fatal(CONNECTION_FAILURE, "unable to accept connection, SSL is mandatory");
  }

  /** The maximum number of connections is open. */
  public static ErrorMessage tooManyConnections() {
    return ErrorMessage.fatal("53300", "Unable to accept connection, too many open connections.");
  }

  /** Too many connections were opened in the last moments. */
  public static ErrorMessage rateExceeded() {
    return ErrorMessage.fatal("53400", "Unable to accept connection, rate exceeded.");
  }

  /** The answer of an INACTIVE cluster. SQLSTATE inferred. */
  public static ErrorMessage wakingUp() {
    return ErrorMessage.fatal(
        CONNECTION_FAILURE, "unable to accept connection, waking up cluster, please retry later");
  }

  static ErrorMessage settingNotSupported(Refusal refusal) {
    return ErrorMessage.fatal(refusal.sqlState(), refusal.message());
  }

  /** PostgreSQL's words for a startup packet without a user. */
  static ErrorMessage noUser() {
    return ErrorMessage.fatal("28000", "no PostgreSQL user name specified in startup packet");
  }

  /** PostgreSQL's words: {@code postgres} is the only database. */
  static ErrorMessage noSuchDatabase(String name) {
    return ErrorMessage.fatal("3D000", "database \"" + name + "\" does not exist");
  }

  static ErrorMessage unsupportedProtocol(int version) {
    return ErrorMessage.fatal(
        FEATURE_NOT_SUPPORTED,
        "unsupported frontend protocol " + (version >>> 16) + "." + (version & 0xffff));
  }

  static ErrorMessage protocol(String message) {
    return ErrorMessage.fatal(PROTOCOL_VIOLATION, message);
  }
}
