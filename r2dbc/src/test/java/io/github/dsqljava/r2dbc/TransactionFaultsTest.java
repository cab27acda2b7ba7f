package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.FaultTable;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.R2dbcException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** The fault table on R2DBC: BEGIN travels with the first statement. */
class TransactionFaultsTest extends FaultTable {

  @Override
  protected Client open(DsqlConfig config, Optional<Duration> acquireTimeout) {
    R2dbcSettings.Builder settings = R2dbcSettings.builder().maxSize(1);
    acquireTimeout.ifPresent(settings::acquireTimeout);
    return new R2dbcClient(DsqlR2dbc.of(config, settings.build()));
  }

  @Override
  protected List<Class<?>> lossTypes() {
    return List.of(R2dbcException.class, ClosedChannelException.class);
  }

  private record R2dbcClient(DsqlR2dbc dsql) implements Client {

    @Override
    public CompletionStage<?> twoInserts(Run run, int id, Consumer<Step> before) {
      TransactionOptions.Builder options = TransactionOptions.builder();
      run.deadline().ifPresent(options::deadline);
      if (!run.retries()) {
        options.retryPolicy(RetryPolicy.off());
      }
      return dsql.inTransaction(options.build(), connection -> work(connection, id, before))
          .collectList()
          .toFuture();
    }

    private static Mono<Long> work(PostgresqlConnection connection, int id, Consumer<Step> before) {
      return Mono.fromRunnable(() -> before.accept(Step.FIRST_STATEMENT))
          .then(LocalCluster.execute(connection, INSERT, id))
          .doOnNext(done -> before.accept(Step.SECOND_STATEMENT))
          .then(LocalCluster.execute(connection, INSERT, id + 1))
          .doOnNext(done -> before.accept(Step.COMMIT));
    }

    @Override
    public long execute(String sql) {
      return LocalCluster.execute(dsql, sql);
    }

    @Override
    public int leased() {
      return dsql.stats().leased();
    }

    @Override
    public long openFailures() {
      return dsql.stats().openFailures();
    }

    @Override
    public void close() {
      await(dsql.close());
    }
  }
}
