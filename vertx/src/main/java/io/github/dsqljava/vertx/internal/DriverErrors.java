package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.DsqlException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.ServerError;
import io.netty.handler.codec.CodecException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the server's answers in Vert.x's exceptions. */
final class DriverErrors {

  /** A chain of causes may be a circle. */
  private static final int MAX_DEPTH = 20;

  private DriverErrors() {}

  /**
   * The cause of an exception of ours was already handled, for example in a transaction of another
   * pool that must not run again.
   */
  private static boolean isOurs(Throwable failure) {
    return failure instanceof DsqlException;
  }

  /** The server's error among the causes, however deep it is wrapped. */
  static Optional<ServerError> serverError(@Nullable Throwable failure) {
    Throwable at = failure;
    for (int depth = 0;
        at != null && !isOurs(at) && depth < MAX_DEPTH;
        depth++, at = at.getCause()) {
      if (at instanceof PgException error) {
        return Optional.of(
            ServerError.of(
                error.getSeverity(),
                error.getSqlState(),
                error.getErrorMessage(),
                error.getDetail(),
                error.getHint()));
      }
    }
    return Optional.empty();
  }

  /** The same, also behind an exception of ours; for reports, which decide nothing. */
  static Optional<ServerError> anyServerError(Throwable failure) {
    Throwable at = failure;
    for (int depth = 0; at != null && depth < MAX_DEPTH; depth++, at = at.getCause()) {
      Optional<ServerError> found = serverError(at);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a statement failed because its connection was lost. A refusal by Vert.x itself, such as
   * one of a wrong number of parameters, is neither that nor a server's error.
   */
  static boolean isConnectionLost(Throwable failure) {
    Throwable at = failure;
    for (int depth = 0;
        at != null && !isOurs(at) && depth < MAX_DEPTH;
        depth++, at = at.getCause()) {
      if (at instanceof ClosedConnectionException
          || at instanceof IOException
          || at instanceof CodecException) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the reason why another attempt may help after this failure of a transaction's
   * statement.
   */
  static Optional<RetryKind> retryKind(@Nullable Throwable failure) {
    return serverError(failure)
        .flatMap(
            error ->
                RetryKind.isServerUnavailable(error)
                    ? Optional.of(RetryKind.CONNECTION)
                    : RetryKind.of(error));
  }
}
