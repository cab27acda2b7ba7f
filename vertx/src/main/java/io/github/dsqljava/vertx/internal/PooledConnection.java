package io.github.dsqljava.vertx.internal;

import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.sqlclient.internal.command.CommandBase;

/**
 * The connection that a user of a pool holds: Vert.x's own, whose {@code close()} gives it back.
 *
 * <p>Vert.x reports queries to tracers in one place for single connections and in another for
 * pooled ones; here it is always {@link LeasedConnection} that does it.
 */
final class PooledConnection extends CheckedConnection {

  PooledConnection(ContextInternal context, LeasedConnection leased) {
    super(context, leased);
  }

  @Override
  public <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    Arguments.check(command);
    if (tx != null) {
      tx.schedule(command, handler);
    } else {
      conn.schedule(command, handler);
    }
  }
}
