package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.StaleSign;
import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.impl.PgSocketConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.internal.PreparedStatement;
import io.vertx.sqlclient.internal.command.CloseStatementCommand;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CompositeCommand;
import io.vertx.sqlclient.internal.command.ExtendedQueryCommand;
import io.vertx.sqlclient.internal.command.QueryCommandBase;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's connection, except that it forgets its prepared statements as soon as there is a sign
 * that they no longer fit the schema. Vert.x itself keeps most of them as long as the connection
 * lasts, so calls that use one would fail again and again.
 *
 * <p>Belongs to the connection's event loop.
 */
final class SchemaAwareConnection extends PgSocketConnection {
  private static final Logger LOGGER = System.getLogger(SchemaAwareConnection.class.getName());

  /** From Vert.x's {@code ErrorMessageFactory}: a value that does not fit its parameter. */
  private static final String NOT_ENCODED = "can not be coerced to the expected class";

  private final SchemaEpoch epoch;

  /** The epoch in which the cached statements were prepared. */
  private long seen;

  /** Commands without an answer, except for Close. */
  private final Set<CommandBase<?>> unanswered = Collections.newSetFromMap(new IdentityHashMap<>());

  private @Nullable Throwable lastFailure;
  private Optional<StaleSign> lastSign = Optional.empty();

  SchemaAwareConnection(
      NetSocketInternal socket,
      @Nullable ClientMetrics<?, ?, ?> metrics,
      PgConnectOptions connectOptions,
      SchemaEpoch epoch,
      ContextInternal context) {
    super(
        socket,
        metrics,
        connectOptions,
        connectOptions.getCachePreparedStatements(),
        connectOptions.getPreparedStatementCacheMaxSize(),
        connectOptions.getPreparedStatementCacheSqlFilter(),
        connectOptions.getPipeliningLimit(),
        connectOptions.getUseLayer7Proxy(),
        context);
    this.epoch = epoch;
    this.seen = epoch.current();
  }

  @Override
  protected <R> void doSchedule(CommandBase<R> command, Completable<R> handler) {
    if (seen != epoch.current()) {
      seen = epoch.current();
      forgetStatements();
    }
    try {
      if (command instanceof CloseStatementCommand) {
        super.doSchedule(command, handler);
      } else if (command instanceof CompositeCommand composite) {
        composite.commands().forEach(this::watchPart);
        super.doSchedule(command, handler);
      } else {
        super.doSchedule(command, watched(command, handler));
      }
    } catch (Throwable e) {
      broken(e);
    }
  }

  @Override
  protected void handleMessage(Object message) {
    try {
      super.handleMessage(message);
    } catch (Throwable e) {
      broken(e);
    }
  }

  /**
   * Closes the connection after an Error of foreign code within Vert.x's, such as in a value's
   * toString: no code would complete that command any more.
   */
  private void broken(Throwable failure) {
    LOGGER.log(
        Level.WARNING,
        "A connection to {0} is closed after an unexpected failure: {1}",
        server(),
        failure);
    handleException(failure);
    var unused = HardClose.of(socket());
  }

  @Override
  protected void handleClose(Throwable reason) {
    super.handleClose(reason);
    // After Vert.x has failed the commands that it knows of.
    socket()
        .channelHandlerContext()
        .channel()
        .closeFuture()
        .addListener(closed -> later(() -> later(() -> failUnanswered(reason))));
  }

  private void later(Runnable task) {
    try {
      context.runOnContext(v -> task.run());
    } catch (RejectedExecutionException e) { // of a Vert.x that is closed
      task.run();
    }
  }

  private void failUnanswered(@Nullable Throwable reason) {
    for (CommandBase<?> command : List.copyOf(unanswered)) {
      command.fail(new IOException("The connection has ended", reason));
    }
  }

  private <R> void watchPart(CommandBase<R> part) {
    part.handler = watched(part, part.handler);
  }

  @SuppressWarnings("unchecked") // all queries give a Boolean
  private <R> Completable<R> watched(CommandBase<R> command, Completable<R> handler) {
    PreparedStatement cached =
        psCache != null && command instanceof ExtendedQueryCommand<?> query && query.ps == null
            ? psCache.get(query.sql())
            : null;
    unanswered.add(command);
    return (result, failure) -> {
      unanswered.remove(command);
      if (failure == null && result == null && command instanceof QueryCommandBase<?> query) {
        answerEmpty(query);
        handler.complete((R) Boolean.FALSE, null);
        return;
      }
      if (failure != null) {
        failed(command, cached, failure);
        if (unanswered.isEmpty() && isUnsent(command, cached, failure)) {
          // The caller has seen no part of its answer, and no command was sent after it.
          CommandBase<R> again = QueryCopies.of(command);
          super.doSchedule(again, counted(again, handler));
          return;
        }
      }
      handler.complete(result, failure);
    };
  }

  /**
   * Answers a text without a statement, such as a comment alone, for which Vert.x gives no answer.
   */
  private static <T> void answerEmpty(QueryCommandBase<T> query) {
    query.resultHandler().handleResult(0, 0, null, empty(query.collector()), null);
  }

  private static <A, T> T empty(Collector<Row, A, T> collector) {
    return collector.finisher().apply(collector.supplier().get());
  }

  private <R> Completable<R> counted(CommandBase<R> command, Completable<R> handler) {
    unanswered.add(command);
    return (result, failure) -> {
      unanswered.remove(command);
      handler.complete(result, failure);
    };
  }

  /**
   * @param cached the cached statement when the command came
   */
  private void failed(
      CommandBase<?> command, @Nullable PreparedStatement cached, Throwable failure) {
    PreparedStatement used =
        command instanceof ExtendedQueryCommand<?> query ? query.preparedStatement() : null;
    Optional<StaleSign> sign =
        isUnsent(command, cached, failure)
            ? Optional.of(StaleSign.SUSPECTED)
            : DriverErrors.serverError(failure)
                .flatMap(error -> StaleSign.of(error, /* prepared= */ used != null));
    lastFailure = failure;
    lastSign = sign;
    if (sign.isEmpty()) {
      return;
    }
    LOGGER.log(
        Level.DEBUG, "Prepared statements of {0} are forgotten: {1}", server(), failure.toString());
    if (cached != null && used == cached) {
      psCache.remove(used.sql()); // Vert.x has perhaps, without closing it
      close(used);
    }
    forgetStatements();
    if (sign.get() != StaleSign.TOLD) {
      seen = epoch.raise(seen);
    }
  }

  /** Whether a value did not fit the type that a parameter had when the statement was prepared. */
  private static boolean isUnsent(
      CommandBase<?> command, @Nullable PreparedStatement cached, Throwable failure) {
    String message = failure.getMessage();
    return cached != null
        && command instanceof ExtendedQueryCommand<?> query
        && query.preparedStatement() == cached
        && message != null
        && message.contains(NOT_ENCODED);
  }

  /**
   * Returns a failure's sign about the connection's prepared statements. Only valid while the
   * handler of the failed command is called.
   */
  Optional<StaleSign> signOf(Throwable failure) {
    return failure == lastFailure ? lastSign : Optional.empty();
  }

  /** Closes the cached statements, so that later commands prepare theirs again. */
  private void forgetStatements() {
    if (psCache == null) {
      return;
    }
    while (psCache.size() > 0) {
      close(psCache.evict());
    }
  }

  /** Closes a statement at its turn, after the commands that use it. */
  private void close(PreparedStatement statement) {
    if (isValid()) {
      schedule(new CloseStatementCommand(statement), (ok, failure) -> {});
    }
  }
}
