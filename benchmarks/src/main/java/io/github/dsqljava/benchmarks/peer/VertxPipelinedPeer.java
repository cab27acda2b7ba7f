package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.load.Operation;
import io.vertx.core.Future;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlClient;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The driver's client without connections and transactions: it sends the statements of many callers
 * over the same connections, without waiting for answers.
 */
final class VertxPipelinedPeer implements Peer {
  private @Nullable VertxCallers callers;

  @Override
  public PeerRound open(RoundSettings settings) {
    VertxCallers started = callers;
    if (started == null) {
      started = VertxCallers.start(settings.target().clusterHost());
      callers = started;
    }
    VertxConnections connections = new VertxConnections(settings.target(), settings.port());
    SqlClient client =
        PgBuilder.client()
            .with(new PoolOptions().setMaxSize(settings.connections()))
            .connectingTo(connections::poolOptions)
            .using(started.vertx())
            .build();
    // It opens a connection only when all others are busy to their limit, so it is not filled.
    started.onContexts(settings.connections(), () -> firstRow(client));
    return new PeerRound(
        operation(settings.benchmark(), client),
        started.starter(),
        new LongAdder(),
        () -> {
          try (connections) {
            VertxCallers.await(client.close());
          }
        });
  }

  private static Future<Void> firstRow(SqlClient client) {
    return client.query(Statements.FIRST_ROW).execute().mapEmpty();
  }

  private static Operation operation(BenchmarkCase benchmark, SqlClient client) {
    return switch (benchmark) {
      case POINT_SELECT -> VertxOperations.pointSelect(client);
      case BATCH -> VertxOperations.batch(client);
      default -> throw new IllegalArgumentException(benchmark.id());
    };
  }

  @Override
  public void close() {
    if (callers != null) {
      callers.close();
    }
  }
}
