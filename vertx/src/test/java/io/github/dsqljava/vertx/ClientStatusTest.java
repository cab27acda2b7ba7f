package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.vertx.FakeServer.Behaviour;
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
}
