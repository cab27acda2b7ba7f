package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** PostgreSQL's side of a session goes away. */
class BackendLossTest {
  @Test
  void killedBackend_endsItsConnectionWithAnErrorAndTheClusterRecovers() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      try (RawClient client = loggedIn(cluster)) {
        List<WireMessage> answer = client.query("SELECT 'pid=' || pg_backend_pid()");
        Matcher pid = Pattern.compile("pid=([0-9]+)").matcher(answer.toString());
        assertThat(pid.find()).isTrue();
        client.sendText('Q', "SELECT pg_sleep(600)");
        ProcessHandle backend = ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
        assertThat(backend.destroyForcibly()).isTrue();
        WireMessage error = client.expect('E');
        assertThat(error.field('S')).isEqualTo("FATAL");
        assertThat(error.field('C')).isEqualTo("08006");
        assertThat(client.isClosedByServer()).isTrue();
      }
      Eventually.holds("PostgreSQL accepts connections again", () -> isHealthy(cluster));
    }
  }

  @Test
  void terminatedBackend_passesOnWhatPostgresSays() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        RawClient client = loggedIn(cluster)) {
      client.sendText('Q', "SELECT pg_terminate_backend(pg_backend_pid())");
      WireMessage error = client.read();
      while (error.type() != 'E') {
        error = client.read(); // the start of the answer may have been on its way
      }
      assertThat(error.field('C')).isEqualTo("57P01");
      assertThat(client.isClosedByServer()).as("without a second error").isTrue();
    }
  }

  @Test
  void terminateMessage_isFollowedByNothing() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        RawClient client = loggedIn(cluster)) {
      client.send('X', new byte[0]);
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  private static RawClient loggedIn(DsqlLocal cluster) throws IOException {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }

  private static boolean isHealthy(DsqlLocal cluster) {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      return Jdbc.value(connection, "SELECT 1").equals("1");
    } catch (SQLException e) {
      return false; // PostgreSQL restarts after a crash
    }
  }
}
