package io.github.dsqljava.vertx;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.Vertx50Client;
import io.github.dsqljava.vertx.internal.Vertx50Transport;
import java.time.Duration;

/** The client on Vert.x 5.0, with this project's own pool. */
final class NativeClient extends Vertx50Client implements DsqlClient {
  private final String name;

  private NativeClient(
      Vertx50Transport transport, String name, ConnectRate rate, ClientSettings settings) {
    super(
        transport,
        settings.policy(),
        settings.maxInFlight(),
        rate,
        settings.listener(),
        settings.closeGrace(),
        settings.statementTimeout().orElse(Duration.ZERO),
        settings.initHook().orElse(null));
    this.name = name;
  }

  static DsqlClient open(Vertx50Transport transport, ConnectionPlan plan, ClientSettings settings) {
    String name = plan.config().endpoint().address();
    ConnectRate rate = settings.connectRate().orElseGet(() -> ConnectRate.shared(name));
    return new NativeClient(transport, name, rate, settings);
  }

  /** Its endpoint and figures. */
  @Override
  public String toString() {
    return "DsqlClient[" + name + ", " + stats() + "]";
  }
}
