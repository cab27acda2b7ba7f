package io.github.dsqljava.vertx.internal;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.internal.PreparedStatement;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.ExtendedQueryCommand;
import io.vertx.sqlclient.internal.command.QueryCommandBase;
import io.vertx.sqlclient.internal.command.SimpleQueryCommand;
import java.util.List;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;

/** Copies of queries: Vert.x's commands can be scheduled once, and keep their collector. */
final class QueryCopies {

  private QueryCopies() {}

  /** The same query once more, to be prepared anew. */
  @SuppressWarnings("unchecked") // a query gives the same as its copy
  static <R> CommandBase<R> of(CommandBase<R> query) {
    ExtendedQueryCommand<?> extended = (ExtendedQueryCommand<?>) query;
    return (CommandBase<R>) copy(extended);
  }

  private static <T> ExtendedQueryCommand<T> copy(ExtendedQueryCommand<T> of) {
    return extended(of, /* prepared= */ null, of.collector());
  }

  /** The same query with another collector. */
  @SuppressWarnings("unchecked") // all queries give a Boolean
  static <R, T> CommandBase<R> of(QueryCommandBase<T> query, Collector<Row, ?, T> collector) {
    return (CommandBase<R>)
        (query instanceof ExtendedQueryCommand<T> extended
            ? extended(extended, extended.ps, collector)
            : new SimpleQueryCommand<>(
                query.sql(),
                ((SimpleQueryCommand<T>) query).isSingleton(),
                query.autoCommit(),
                collector,
                query.resultHandler()));
  }

  private static <T> ExtendedQueryCommand<T> extended(
      ExtendedQueryCommand<T> of,
      @Nullable PreparedStatement prepared,
      Collector<Row, ?, T> collector) {
    return of.isBatch()
        ? ExtendedQueryCommand.createBatch(
            of.sql(),
            of.options(),
            prepared,
            List.copyOf(of.paramsList()),
            of.autoCommit(),
            collector,
            of.resultHandler())
        : ExtendedQueryCommand.createQuery(
            of.sql(),
            of.options(),
            prepared,
            of.params(),
            of.fetch(),
            of.cursorId(),
            of.isSuspended(),
            of.autoCommit(),
            collector,
            of.resultHandler());
  }
}
