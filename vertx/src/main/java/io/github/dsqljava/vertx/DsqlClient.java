package io.github.dsqljava.vertx;

import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolStats;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;

/**
 * Vert.x's {@link SqlClient} for one Aurora DSQL cluster: it sends single statements of many
 * callers, each of which commits on its own, over a few connections. A statement does not wait for
 * the answers to other callers' statements. So a connection carries many statements in the time of
 * a round trip, where a connection of a {@link DsqlPool} carries one.
 *
 * <pre>{@code
 * DsqlClient client = connector.client(ClientSettings.builder().maxSize(10).build());
 * Future<RowSet<Row>> found = client
 *     .preparedQuery("SELECT balance FROM accounts WHERE id = $1")
 *     .execute(Tuple.of(id));
 * }</pre>
 *
 * <p>A statement goes over the connection with the fewest statements in flight. The server executes
 * the statements of one connection in order, so others wait behind a slow one. Some statements get
 * a connection for themselves: those that do not begin with SELECT, INSERT, UPDATE, DELETE, WITH,
 * VALUES, TABLE or SHOW, texts of several statements, and calls of {@code set_config}. Their
 * changes to the session are reset before others use the connection.
 *
 * <p><b>Threads.</b> Safe to use from several threads. Futures complete on the Vert.x context of
 * the caller, or on an event loop if the caller is no Vert.x thread. Callbacks must not block.
 *
 * <p><b>Failures.</b> As for queries of a {@link DsqlPool}. When a connection is lost, all
 * statements in flight on it fail with a {@link
 * io.github.dsqljava.StatementOutcomeUnknownException}; none is sent twice. SET, RESET and
 * statements that begin or end a transaction fail with an {@link IllegalStateException} and are not
 * sent. If another statement leaves a transaction open, it fails with the same exception, and the
 * transaction is rolled back.
 */
public interface DsqlClient extends SqlClient {

  /** See {@link DsqlPool#ready()}. */
  Future<Void> ready();

  /** See {@link DsqlPool#health()}. */
  PoolHealth health();

  /**
   * Returns the state of the client at this moment. A connection is leased while a statement is in
   * flight on it. {@code acquired} counts the statements that got a connection, {@code waiting}
   * those that wait for one.
   */
  PoolStats stats();

  /**
   * Gives up all current connections: idle ones now, others after the statements in flight on them.
   * No further statement goes over them. For use when the data they were opened with has changed.
   *
   * @return the number of connections given up
   */
  int expireConnections();

  /**
   * Closes the client. Waiting statements fail, and connections are closed after the statements in
   * flight on them, or when the grace period is over; then those statements fail.
   *
   * @param grace zero or more; {@link #close()} takes that of {@link ClientSettings#closeGrace()}
   * @return completes when all connections are closed
   */
  Future<Void> close(Duration grace);
}
