package io.github.dsqljava.local;

import java.util.Properties;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Gives pgjdbc a fresh token for each connection to a cluster of this JVM, so that a pool can hold
 * a URL for ever. The URLs of {@code DsqlLocal.jdbcUrl()} name this class. A password that the
 * program sets is used as it is.
 *
 * <p>Thread-safe.
 */
public final class FreshToken implements AuthenticationPlugin {
  private final Properties properties;

  /** For pgjdbc, which creates it by its name. */
  public FreshToken(Properties properties) {
    this.properties = properties;
  }

  /** Returns the token. */
  @Override
  public char @Nullable [] getPassword(AuthenticationRequestType type) throws PSQLException {
    String given = PGProperty.PASSWORD.getOrDefault(properties);
    if (given != null && !given.isEmpty()) {
      return given.toCharArray();
    }
    String port = String.valueOf(PGProperty.PG_PORT.getOrDefault(properties));
    String user = String.valueOf(PGProperty.USER.getOrDefault(properties));
    UnaryOperator<String> tokens;
    try {
      tokens = OpenClusters.at(Integer.parseInt(port));
    } catch (NumberFormatException e) {
      tokens = null;
    }
    if (tokens == null) {
      throw new PSQLException(
          "no dsql-local cluster of this JVM listens on port "
              + port
              + ": start one and use its jdbcUrl(). In another JVM use token(user) as the password",
          PSQLState.CONNECTION_UNABLE_TO_CONNECT);
    }
    return tokens.apply(user).toCharArray();
  }
}
