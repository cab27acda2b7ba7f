package io.github.dsqljava.vertx.internal;

import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.pgclient.impl.PgConnectionFactory;
import io.vertx.sqlclient.internal.Connection;
import io.vertx.sqlclient.internal.command.CommandBase;

/** A connection of no pool: Vert.x's own, which refuses nulls at the call. */
final class SingleConnection extends CheckedConnection {

  SingleConnection(PgConnectionFactory factory, ContextInternal context, Connection connection) {
    super(factory, context, connection);
  }

  @Override
  public <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    Arguments.check(command);
    super.schedule(command, handler);
  }
}
