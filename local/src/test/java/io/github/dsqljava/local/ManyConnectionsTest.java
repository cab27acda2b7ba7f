package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.RawClient;
import io.netty.util.LeakPresenceDetector;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** As many connections at once as a large pool has, and then none. */
class ManyConnectionsTest {
  private static final int CONNECTIONS = 500;

  /** Logging in is work for both sides, and the machine may have two cores. */
  private static final int THREADS = 16;

  @Test
  void fiveHundredAtOnce_eachIsServed_andNoneIsLeft() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      try (Connection admin = Jdbc.connect(cluster, "admin")) {
        Jdbc.execute(admin, "CREATE TABLE t (id int PRIMARY KEY)");
      }
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      List<RawClient> clients = new ArrayList<>();
      try {
        List<Future<RawClient>> logins = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
          logins.add(threads.submit(() -> loggedIn(cluster)));
        }
        for (Future<RawClient> login : logins) {
          clients.add(login.get(60, TimeUnit.SECONDS));
        }
        assertThat(cluster.openConnections()).isEqualTo(CONNECTIONS);
        // All of them are asked before the first is listened to.
        for (int i = 0; i < CONNECTIONS; i++) {
          clients.get(i).sendText('Q', "INSERT INTO t VALUES (" + i + ")");
        }
        for (RawClient client : clients) {
          assertThat(client.readUntilReady())
              .extracting(WireMessage::toString)
              .containsExactly("C INSERT 0 1|", "Z I");
        }
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
        threads.shutdownNow();
      }
      Eventually.holds("all connections closed", () -> cluster.openConnections() == 0);
      try (Connection admin = Jdbc.connect(cluster, "admin")) {
        Eventually.holds(
            "one backend, this one",
            () ->
                Jdbc.value(
                        admin,
                        "SELECT count(*) FROM pg_stat_activity"
                            + " WHERE backend_type = 'client backend'")
                    .equals("1"));
        assertThat(Jdbc.value(admin, "SELECT count(*) FROM t"))
            .isEqualTo(Integer.toString(CONNECTIONS));
      }
    }
    LeakPresenceDetector.check();
  }

  private static RawClient loggedIn(DsqlLocal cluster) throws Exception {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }
}
