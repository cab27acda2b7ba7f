package io.github.dsqljava.vertx;

import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolStats;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.time.Duration;

/**
 * Vert.x's {@link SqlClient} for one Aurora DSQL cluster: single statements of many callers, each
 * of which commits by itself, over a few connections. A statement does not wait for the answers to
 * those of others, so that a connection carries many of them in the time of a round trip, where one
 * of a {@link DsqlPool} carries one.
 *
 * <pre>{@code
 * DsqlClient client = connector.client(ClientSettings.builder().maxSize(10).build());
 * Future<RowSet<Row>> found = client
 *     .preparedQuery("SELECT balance FROM accounts WHERE id = $1")
 *     .execute(Tuple.of(id));
 * }</pre>
 *
 * <p>A statement goes over the connection with the fewest statements under way. The server executes
 * those of one connection in order: behind one that takes long, the others wait. What does not
 * begin with SELECT, INSERT, UPDATE, DELETE, WITH, VALUES, TABLE or SHOW, texts of several
 * statements, and what calls {@code set_config} have a connection to themselves meanwhile; what
 * they change in the session is reset before others use it.
 *
 * <p><b>Threads.</b> Safe to use from several threads. Futures complete on the Vert.x context of
 * the caller; for a caller that is no Vert.x thread that is an event loop. Callbacks must not
 * block.
 *
 * <p><b>Failures.</b> As for queries of a {@link DsqlPool}. When a connection is lost, all
 * statements under way there fail with a {@link
 * io.github.dsqljava.StatementOutcomeUnknownException}; none is sent twice. A statement that begins
 * or ends a transaction, SET and RESET fail with an {@link IllegalStateException} and are not sent;
 * one that is found to have left a transaction open all the same fails with it, too, and the
 * transaction is rolled back.
 */
public interface DsqlClient extends SqlClient {

  /** See {@link DsqlPool#ready()}. */
  Future<Void> ready();

  /** See {@link DsqlPool#health()}. */
  PoolHealth health();

  /**
   * The client at this moment. A connection is leased while at least one statement is under way
   * there; {@code acquired} counts statements that got a connection, {@code waiting} those that
   * have none yet.
   */
  PoolStats stats();

  /**
   * Gives up all connections there are: idle ones now, others after the statements that are under
   * way there; no other statement goes over them. For when what they were opened with has changed.
   *
   * @return how many
   */
  int expireConnections();

  /**
   * Closes the client: statements that wait fail, connections are closed after the statements that
   * are under way there, and once the grace period is over, at once, so that those fail.
   *
   * @param grace zero or more; {@link #close()} takes that of {@link ClientSettings#closeGrace()}
   * @return completes when all connections are closed
   */
  Future<Void> close(Duration grace);
}
