package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.StaleSign;
import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.impl.PgSocketConnection;
import io.vertx.sqlclient.internal.PreparedStatement;
import io.vertx.sqlclient.internal.command.CloseStatementCommand;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CompositeCommand;
import io.vertx.sqlclient.internal.command.ExtendedQueryCommand;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's connection, which forgets the statements it has prepared as soon as there is a sign that
 * they do not fit the schema any more. Vert.x itself keeps most of them as long as the connection
 * lasts: calls that meet one fail again and again.
 *
 * <p>Belongs to the connection's event loop.
 */
final class SchemaAwareConnection extends PgSocketConnection {
  private static final Logger LOGGER = System.getLogger(SchemaAwareConnection.class.getName());

  /** Of Vert.x's {@code ErrorMessageFactory}: a value that does not fit its parameter. */
  private static final String NOT_ENCODED = "can not be coerced to the expected class";

  private final SchemaEpoch epoch;

  /** The epoch in which the cached statements were prepared. */
  private long seen;

  /** Commands that have come and are not answered, but for Close. */
  private int outstanding;

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
    if (command instanceof CloseStatementCommand) {
      super.doSchedule(command, handler);
    } else if (command instanceof CompositeCommand composite) {
      composite.commands().forEach(this::watchPart);
      super.doSchedule(command, handler);
    } else {
      super.doSchedule(command, watched(command, handler));
    }
  }

  private <R> void watchPart(CommandBase<R> part) {
    part.handler = watched(part, part.handler);
  }

  private <R> Completable<R> watched(CommandBase<R> command, Completable<R> handler) {
    PreparedStatement cached =
        psCache != null && command instanceof ExtendedQueryCommand<?> query && query.ps == null
            ? psCache.get(query.sql())
            : null;
    outstanding++;
    return (result, failure) -> {
      outstanding--;
      if (failure != null) {
        failed(command, cached, failure);
        if (outstanding == 0 && isUnsent(command, cached, failure)) {
          // Nobody has seen anything of it, and nothing was sent behind it.
          super.doSchedule(again(command), counted(handler));
          return;
        }
      }
      handler.complete(result, failure);
    };
  }

  private <R> Completable<R> counted(Completable<R> handler) {
    outstanding++;
    return (result, failure) -> {
      outstanding--;
      handler.complete(result, failure);
    };
  }

  /** Vert.x's commands cannot be scheduled twice. */
  @SuppressWarnings("unchecked") // a query gives the same as its copy
  private static <R> CommandBase<R> again(CommandBase<R> query) {
    return (CommandBase<R>) copy((ExtendedQueryCommand<?>) query);
  }

  private static <R> ExtendedQueryCommand<R> copy(ExtendedQueryCommand<R> of) {
    return of.isBatch()
        ? ExtendedQueryCommand.createBatch(
            of.sql(),
            of.options(),
            /* ps= */ null,
            List.copyOf(of.paramsList()),
            of.autoCommit(),
            of.collector(),
            of.resultHandler())
        : ExtendedQueryCommand.createQuery(
            of.sql(),
            of.options(),
            /* ps= */ null,
            of.params(),
            of.fetch(),
            of.cursorId(),
            of.isSuspended(),
            of.autoCommit(),
            of.collector(),
            of.resultHandler());
  }

  /**
   * @param cached the statement that was there when the command came
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

  /** Whether a value did not fit a parameter as it was when the statement was prepared. */
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
   * What a failure said about the connection's prepared statements. To be asked while the handler
   * of the command that failed is called.
   */
  Optional<StaleSign> signOf(Throwable failure) {
    return failure == lastFailure ? lastSign : Optional.empty();
  }

  /** Commands that come from now on prepare their statements again. */
  private void forgetStatements() {
    if (psCache == null) {
      return;
    }
    while (psCache.size() > 0) {
      close(psCache.evict());
    }
  }

  /** At its turn, behind the commands that use it. */
  private void close(PreparedStatement statement) {
    if (isValid()) {
      schedule(new CloseStatementCommand(statement), (ok, failure) -> {});
    }
  }
}
