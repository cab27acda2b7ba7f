package io.github.dsqljava.vertx.internal;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.pgclient.impl.PgConnectionFactory;
import io.vertx.pgclient.impl.PgConnectionImpl;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.internal.Connection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Vert.x's connection, which refuses nulls at the call; see {@link Arguments}. */
abstract class CheckedConnection extends PgConnectionImpl {

  CheckedConnection(ContextInternal context, LeasedConnection leased) {
    this(leased.session.factory(), context, leased);
  }

  CheckedConnection(PgConnectionFactory factory, ContextInternal context, Connection connection) {
    super(factory, context, connection);
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return super.query(Objects.requireNonNull(sql, "sql"));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return super.preparedQuery(Objects.requireNonNull(sql, "sql"));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, @Nullable PrepareOptions options) {
    return super.preparedQuery(Objects.requireNonNull(sql, "sql"), options);
  }

  @Override
  public Future<PreparedStatement> prepare(String sql) {
    return super.prepare(Objects.requireNonNull(sql, "sql"));
  }

  @Override
  public Future<PreparedStatement> prepare(String sql, @Nullable PrepareOptions options) {
    return super.prepare(Objects.requireNonNull(sql, "sql"), options);
  }
}
