package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.TransactionRolledBackException;
import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.sqlclient.impl.tracing.QueryReporter;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CompositeCommand;
import io.vertx.sqlclient.internal.command.QueryCommandBase;
import io.vertx.sqlclient.internal.command.TxCommand;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.BooleanSupplier;

/** Wraps the handlers of statements: for tracing, and for the exceptions that callers get. */
final class StatementAnswers {
  private static final Logger LOGGER = System.getLogger(StatementAnswers.class.getName());

  private static final String NO_COMMIT =
      "the server answered COMMIT with ROLLBACK; the cause is an error outside of statements, such"
          + " as a change of the schema at the closing of a prepared statement";

  private StatementAnswers() {}

  /**
   * Reports a query to Vert.x's tracer and metrics, if there are any.
   *
   * @param context the caller's, in which a tracer looks for the enclosing span
   */
  static <R> Completable<R> reported(
      ContextInternal context,
      PooledSession session,
      CommandBase<R> command,
      Completable<R> handler) {
    VertxTracer<?, ?> tracer = context.owner().tracer();
    ClientMetrics<?, ?, ?> metrics = session.connection().metrics();
    if (tracer == null && metrics == null || !(command instanceof QueryCommandBase<?> query)) {
      return handler;
    }
    QueryReporter reporter =
        new QueryReporter(tracer, metrics, context, query, session.connection());
    if (!reports(reporter::before)) {
      return handler;
    }
    return (result, failure) -> {
      var unused = reports(() -> reporter.after(result, failure));
      handler.complete(result, failure);
    };
  }

  /** Runs a report; its failure does not fail the query. */
  private static boolean reports(Runnable report) {
    try {
      report.run();
      return true;
    } catch (Throwable e) { // also a checked exception that was thrown past the compiler
      LOGGER.log(Level.WARNING, "A tracer or a metric of Vert.x failed", e);
      return false;
    }
  }

  /**
   * Turns the loss of an autocommitted statement into one kind of exception, and a COMMIT that the
   * server answered with ROLLBACK into a failure.
   *
   * @param isLost whether the connection is known to be lost
   */
  static <R> Completable<R> explained(
      PooledSession session,
      BooleanSupplier isLost,
      CommandBase<R> command,
      Completable<R> handler) {
    if (command instanceof CompositeCommand composite) {
      composite.commands().forEach(part -> explainPart(session, isLost, part));
      return handler;
    }
    if (command instanceof TxCommand<?> end && end.kind == TxCommand.Kind.COMMIT) {
      return (result, failure) -> {
        if (failure == null && session.hasRolledBack()) {
          handler.fail(new TransactionRolledBackException(new IllegalStateException(NO_COMMIT)));
        } else {
          handler.complete(result, failure);
        }
      };
    }
    if (!(command instanceof QueryCommandBase<?>) || isLost.getAsBoolean()) {
      return handler; // or it will not be sent at all
    }
    return (result, failure) ->
        handler.complete(
            result,
            failure != null && isLossOfAutocommit(session, isLost, failure)
                ? new StatementOutcomeUnknownException(where(session), failure)
                : failure);
  }

  private static <R> void explainPart(
      PooledSession session, BooleanSupplier isLost, CommandBase<R> part) {
    part.handler = explained(session, isLost, part, part.handler);
  }

  private static boolean isLossOfAutocommit(
      PooledSession session, BooleanSupplier isLost, Throwable failure) {
    return session.status() == SessionStatus.IDLE
        && DriverErrors.serverError(failure).isEmpty()
        && (isLost.getAsBoolean() || DriverErrors.isConnectionLost(failure));
  }

  private static String where(PooledSession session) {
    SocketAddress server = session.connection().server();
    return server.host() + ":" + server.port();
  }
}
