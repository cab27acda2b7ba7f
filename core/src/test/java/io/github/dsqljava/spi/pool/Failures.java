package io.github.dsqljava.spi.pool;

import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.spi.ConnectFailures;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/** Failures to connect, as the connector makes them of what a server or the network answers. */
final class Failures {

  private static final ConnectFailures MEANING =
      ConnectFailures.of(DsqlConfig.builder().endpoint("localhost").region("us-east-1").build());

  private Failures() {}

  static DsqlException server(String sqlState, String message) {
    return server(sqlState, message, null);
  }

  static DsqlException server(String sqlState, String message, @Nullable String hint) {
    return MEANING.from(
        ServerError.of("FATAL", sqlState, message, null, hint), new RuntimeException(message));
  }

  static DsqlException overloaded() {
    return server("53300", "Unable to accept connection, too many open connections.");
  }

  static DsqlException wakingUp() {
    return server("08006", "unable to accept connection, waking up cluster, please retry later");
  }

  static DsqlException expired() {
    return server(
        "08006",
        "unable to accept connection, access denied",
        "Signature expired: 20261122T101530Z");
  }

  static DsqlException denied() {
    return server(
        "08006",
        "unable to accept connection, access denied",
        "User: arn:aws:iam::1:user/n is not authorized to access this resource");
  }

  static DsqlException unreachable() {
    return network(new ConnectException("Connection refused"));
  }

  static DsqlException network(Exception failure) {
    return MEANING.from(failure, ConnectPhase.TCP);
  }
}
