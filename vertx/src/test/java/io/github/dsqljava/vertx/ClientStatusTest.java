package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.vertx.FakeServer.Behaviour;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The server's word on a session counts, whatever the text of a statement looked like. */
class ClientStatusTest extends FakeServerFixture {

  @Test
  void sharedConnection_thatIsInATransaction_isGivenUp_andTheCallerIsTold() throws Exception {
    FakeServer server = server(Behaviour.OPENS_TRANSACTIONS);
    DsqlClient client =
        connector(config(server.port())).client(ClientSettings.builder().maxSize(1).build());
    await(client.query("SELECT 1").execute());
    IllegalStateException told =
        failure(IllegalStateException.class, client.query("SELECT 'open'").execute());
    assertThat(told).hasMessageContaining("rolled back");
    assertThat(server.goodbyes.take()).as("said goodbye").isTrue();
    await(client.query("SELECT 2").execute());
    assertThat(client.stats().opened()).isEqualTo(2);
    assertThat(client.stats().size()).isEqualTo(1);
  }

  @Test
  void connectionWhoseEndIsAnnounced_isNotUsedAgain() throws Exception {
    FakeServer server = server(Behaviour.ANNOUNCES_END);
    DsqlConnector connector = connector(config(server.port()));
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    await(pool.query("SELECT 'last'").execute());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (pool.stats().idle() > 0) {
      assertThat(System.nanoTime()).as("the server does not hang up").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
    await(pool.query("SELECT 1").execute());
    assertThat(server.logins).hasSize(2);
  }
}
