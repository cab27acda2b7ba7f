package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.vertx.ClientSettings;
import io.github.dsqljava.vertx.DsqlClient;
import io.github.dsqljava.vertx.DsqlConnector;
import java.util.concurrent.atomic.LongAdder;

/** This project's {@code DsqlClient}: statements of many callers over the same connections. */
final class DsqlClientPeer implements Peer {
  private final VertxCallers callers = VertxCallers.start();

  @Override
  public PeerRound open(RoundSettings settings) {
    DsqlConnector connector =
        DsqlConnector.create(callers.vertx(), settings.target().config(settings.port()));
    int connections = settings.connections();
    DsqlClient client =
        connector.client(
            ClientSettings.builder().maxSize(connections).minSize(connections).build());
    VertxCallers.await(client.ready());
    return new PeerRound(
        operation(settings.benchmark(), client),
        callers.starter(),
        new LongAdder(),
        () -> VertxCallers.await(connector.close()));
  }

  private static Operation operation(BenchmarkCase benchmark, DsqlClient client) {
    return switch (benchmark) {
      case POINT_SELECT -> VertxOperations.pointSelect(client);
      case BATCH -> VertxOperations.batch(client);
      default -> throw new IllegalArgumentException(benchmark.id());
    };
  }

  @Override
  public void close() {
    callers.close();
  }
}
