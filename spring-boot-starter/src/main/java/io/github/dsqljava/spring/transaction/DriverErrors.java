package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.ServerError;
import io.r2dbc.spi.R2dbcException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** The server's error in the exception of a driver, JDBC or R2DBC. */
final class DriverErrors {
  private static final boolean R2DBC =
      ClassUtils.isPresent("io.r2dbc.spi.R2dbcException", DriverErrors.class.getClassLoader());

  private DriverErrors() {}

  /** The error, if the exception is a driver's and has an SQLSTATE. */
  static Optional<ServerError> of(Throwable failure) {
    if (failure instanceof SQLException jdbc) {
      return error(jdbc.getSQLState(), primary(jdbc.getMessage()));
    }
    return R2DBC ? R2dbc.of(failure) : Optional.empty();
  }

  /** Whether the exception is a driver's, with an SQLSTATE or without. */
  static boolean isDrivers(Throwable failure) {
    return failure instanceof SQLException || (R2DBC && R2dbc.is(failure));
  }

  private static Optional<ServerError> error(@Nullable String sqlState, @Nullable String message) {
    return sqlState == null || sqlState.isEmpty()
        ? Optional.empty()
        : Optional.of(ServerError.of(null, sqlState, message, null, null));
  }

  /** Pgjdbc writes the severity before the primary message, and the other fields below it. */
  private static @Nullable String primary(@Nullable String message) {
    if (message == null) {
      return null;
    }
    String line = message.lines().findFirst().orElse("");
    int colon = line.indexOf(": ");
    return colon < 0 ? line : line.substring(colon + 2);
  }

  /** Loaded only if R2DBC is on the class path. */
  private static final class R2dbc {
    static boolean is(Throwable failure) {
      return failure instanceof R2dbcException;
    }

    static Optional<ServerError> of(Throwable failure) {
      return failure instanceof R2dbcException r2dbc
          ? error(r2dbc.getSqlState(), r2dbc.getMessage())
          : Optional.empty();
    }
  }
}
