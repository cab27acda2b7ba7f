package io.github.dsqljava.r2dbc;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectionRejectedException;
import io.github.dsqljava.CredentialsException;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.PoolBusyException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.RoleNotMappedException;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.r2dbc.spi.R2dbcBadGrammarException;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcPermissionDeniedException;
import io.r2dbc.spi.R2dbcRollbackException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.util.Optional;

/** The exceptions of R2DBC's interfaces, which frameworks translate into their own. */
final class R2dbcFailures {

  private R2dbcFailures() {}

  /**
   * Returns R2DBC's exception for a failure to get a connection; ours is its cause.
   *
   * @return any other failure as it is
   */
  static Throwable ofConnecting(Throwable failure) {
    if (!(failure instanceof DsqlException)) {
      return failure;
    }
    String text = failure.getMessage();
    if (failure instanceof PoolTimeoutException) {
      return new R2dbcTimeoutException(text, failure);
    }
    if (failure instanceof AccessDeniedException
        || failure instanceof RoleNotMappedException
        || failure instanceof CredentialsException) {
      return new R2dbcPermissionDeniedException(text, failure);
    }
    boolean passes =
        failure instanceof PoolBusyException
            || failure instanceof ClusterUnreachableException
            || failure instanceof ConnectionRejectedException rejected && rejected.isTemporary();
    return passes
        ? new R2dbcTransientResourceException(text, failure)
        : new R2dbcNonTransientResourceException(text, failure);
  }

  /** Returns the reason why another attempt may help after a failure in an acquire hook. */
  static Optional<RetryKind> retryKind(Throwable failure) {
    if (!(failure instanceof R2dbcException error)) {
      return Optional.empty();
    }
    if (error.getCause() instanceof StatementOutcomeUnknownException) {
      return Optional.of(RetryKind.CONNECTION);
    }
    ServerError answer = ServerError.of("", error.getSqlState(), error.getMessage(), null, null);
    boolean announced = answer.sqlState().startsWith("57P"); // the end of the connection
    return announced || RetryKind.isServerUnavailable(answer)
        ? Optional.of(RetryKind.CONNECTION)
        : RetryKind.of(answer);
  }

  /** Returns the driver's kind of exception for the error of a statement, by its class. */
  static R2dbcException ofStatement(ServerError error, String sql) {
    String state = error.sqlState();
    String text = error.toString();
    String family = state.length() < 2 ? "" : state.substring(0, 2);
    return switch (family) {
      case "40" -> new R2dbcRollbackException(text, state, 0, sql);
      case "23" -> new R2dbcDataIntegrityViolationException(text, state, 0, sql);
      case "42" ->
          state.equals("42501")
              ? new R2dbcPermissionDeniedException(text, state, 0, sql)
              : new R2dbcBadGrammarException(text, state, 0, sql);
      case "53" -> new R2dbcTransientResourceException(text, state, 0, sql);
      default -> new R2dbcNonTransientResourceException(text, state, 0, sql);
    };
  }
}
