package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.FaultTable;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The fault table on Vert.x: BEGIN travels with the first statement. */
class TransactionFaultsTest extends FaultTable {

  @Override
  protected Client open(DsqlConfig config, Optional<Duration> acquireTimeout) {
    DsqlConnector connector = DsqlConnector.create(config);
    PoolSettings.Builder settings = PoolSettings.builder().maxSize(1);
    acquireTimeout.ifPresent(settings::acquireTimeout);
    return new VertxClient(connector, connector.pool(settings.build()));
  }

  @Override
  protected List<Class<?>> lossTypes() {
    return List.of(ClosedConnectionException.class, IOException.class, VertxException.class);
  }

  private record VertxClient(DsqlConnector connector, DsqlPool pool) implements Client {

    @Override
    public CompletionStage<?> twoInserts(Run run, int id, Consumer<Step> before) {
      TransactionOptions.Builder options = TransactionOptions.builder();
      run.deadline().ifPresent(options::deadline);
      if (!run.retries()) {
        options.retryPolicy(RetryPolicy.off());
      }
      return pool.inTransaction(options.build(), connection -> work(connection, id, before))
          .toCompletionStage();
    }

    private static Future<Void> work(SqlConnection connection, int id, Consumer<Step> before) {
      before.accept(Step.FIRST_STATEMENT);
      return connection
          .preparedQuery(INSERT)
          .execute(Tuple.of(id))
          .compose(
              done -> {
                before.accept(Step.SECOND_STATEMENT);
                return connection.preparedQuery(INSERT).execute(Tuple.of(id + 1));
              })
          .onSuccess(done -> before.accept(Step.COMMIT))
          .mapEmpty();
    }

    @Override
    public long execute(String sql) throws Exception {
      return await(pool.query(sql).execute().map(SqlResult::rowCount));
    }

    @Override
    public int leased() {
      return pool.stats().leased();
    }

    @Override
    public long openFailures() {
      return pool.stats().openFailures();
    }

    @Override
    public void close() throws Exception {
      await(connector.close());
    }
  }
}
