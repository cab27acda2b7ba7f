package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.load.Operation;
import io.vertx.core.Future;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The driver under the connector with its own pool: SSLRequest, withTransaction, no retry. */
final class VertxPoolPeer implements Peer {
  private @Nullable VertxCallers callers;

  @Override
  public PeerRound open(RoundSettings settings) {
    VertxCallers started = callers(settings);
    VertxConnections connections = new VertxConnections(settings.target(), settings.port());
    LongAdder attempts = new LongAdder();
    if (settings.benchmark() == BenchmarkCase.CONNECT) {
      return new PeerRound(
          VertxOperations.connect(
              () ->
                  connections
                      .options()
                      .compose(options -> PgConnection.connect(started.vertx(), options))),
          started.starter(),
          attempts,
          connections::close);
    }
    Pool pool = fullPool(started, connections, settings.connections());
    return new PeerRound(
        operation(settings.benchmark(), pool),
        started.starter(),
        attempts,
        () -> {
          try (connections) {
            VertxCallers.await(pool.close());
          }
        });
  }

  private VertxCallers callers(RoundSettings settings) {
    VertxCallers started = callers;
    if (started == null) {
      started = VertxCallers.start(settings.target().clusterHost());
      callers = started;
    }
    return started;
  }

  private static Pool fullPool(VertxCallers callers, VertxConnections connections, int size) {
    Pool pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(size))
            .connectingTo(connections::poolOptions)
            .using(callers.vertx())
            .build();
    List<SqlConnection> all = callers.onContexts(size, pool::getConnection);
    VertxCallers.await(Future.all(all.stream().map(SqlConnection::close).toList()));
    return pool;
  }

  private static Operation operation(BenchmarkCase benchmark, Pool pool) {
    return switch (benchmark) {
      case CONNECT, HOT_ROW -> throw new IllegalArgumentException(benchmark.id());
      case POINT_SELECT -> VertxOperations.pointSelect(pool);
      case WRITE_TRANSACTION -> VertxOperations.writeTransaction(transactions(pool));
      case FIVE_STATEMENTS -> VertxOperations.fiveStatements(transactions(pool));
      case FIVE_DEPENDENT -> VertxOperations.fiveDependent(transactions(pool));
      case BATCH -> VertxOperations.batch(pool);
      case BATCH_TRANSACTION -> VertxOperations.batchTransaction(transactions(pool));
    };
  }

  @SuppressWarnings("NullAway") // what Vert.x declares may be null; what is done here never is
  private static VertxOperations.Transactions transactions(Pool pool) {
    return pool::withTransaction;
  }

  @Override
  public void close() {
    if (callers != null) {
      callers.close();
    }
  }
}
