package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.load.Call;
import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.r2dbc.R2dbcSettings;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** This project's connector for R2DBC: its pool, {@code inTransaction}, {@code executeMany}. */
final class DsqlR2dbcPeer implements Peer {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Override
  public PeerRound open(RoundSettings settings) {
    BenchmarkCase benchmark = settings.benchmark();
    boolean connect = benchmark == BenchmarkCase.CONNECT;
    int connections = connect ? 1 : settings.connections();
    DsqlR2dbc dsql =
        DsqlR2dbc.of(
            settings.target().config(settings.port()),
            R2dbcSettings.builder()
                .maxSize(connections)
                .minSize(connect ? 0 : connections)
                .build());
    dsql.ready().block(LIMIT);
    return new PeerRound(
        connect ? R2dbcOperations.connect(new Single(dsql)) : operation(benchmark, dsql),
        R2dbcPeer::start,
        new LongAdder(),
        () -> dsql.close().block(LIMIT));
  }

  private static Operation operation(BenchmarkCase benchmark, DsqlR2dbc dsql) {
    return switch (benchmark) {
      case BATCH, BATCH_TRANSACTION -> R2dbcOperations.of(call -> executeMany(dsql, call));
      default ->
          R2dbcOperations.operation(
              benchmark, dsql, work -> dsql.inTransaction(work::apply).then());
    };
  }

  private static Mono<Void> executeMany(DsqlR2dbc dsql, Call call) {
    List<List<Object>> rows =
        IntStream.range(0, Statements.BATCH_ROWS)
            .mapToObj(
                row ->
                    List.<Object>of(Statements.key(call, row), call.caller(), Statements.PAYLOAD))
            .toList();
    return dsql.executeMany(Statements.EVENT, rows)
        .doOnNext(changed -> Statements.expectRows(Statements.BATCH_ROWS, changed))
        .then();
  }

  /** Connections beside the pool. */
  private record Single(DsqlR2dbc dsql) implements ConnectionFactory {
    @Override
    public Publisher<? extends Connection> create() {
      return dsql.connect();
    }

    @Override
    public ConnectionFactoryMetadata getMetadata() {
      return dsql.getMetadata();
    }
  }

  @Override
  public void close() {
    // Its event loops are those of Reactor Netty for the whole JVM, on daemon threads.
  }
}
