package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

/** A way of opening connections; which one is used depends on the version of Vert.x. */
public interface Transport {

  /** Opens a connection for the caller's context. Fails with a DsqlException. */
  Future<SqlConnection> connect();

  /**
   * Gives up the connections that are being opened, and opens no more: they fail with {@code
   * reason}. Where the transport cannot reach them, they end at their own deadline.
   */
  void abort(ClosedException reason);

  /** Closes what connections share; call it after they are closed. */
  Future<Void> close();
}
